-- The figures of a municipality for comparison with others: of its public steps, and only while it
-- takes part. Each call is about one municipality.

create table consent (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    takes_part boolean not null,
    since date not null
);

call cocreate.keep_versions('consent');

create function takes_part(p_tenant text) returns boolean
    language sql stable
begin atomic
    select exists (
        select from consent c
            where c.tenant_id = p_tenant and c.audience = 0 and c.takes_part);
end;

create function figures(p_tenant text, p_today date)
    returns table (
        sector text, "year" integer, projects bigint, answered_share double precision,
        days_to_answer double precision, deviation_share double precision,
        motivated_share double precision, fed_back_share double precision,
        days_to_feedback double precision, late_share double precision,
        lead_days double precision, obstacles_per_project double precision,
        resolved_share double precision, obstacle_days double precision,
        kept_share double precision)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if not takes_part(p_tenant) then
        return;
    end if;
    return query
        with items as (
            select p.project_id, 'project' as kind, null::boolean as good, null::integer as days
                from project p where p.tenant_id = p_tenant and p.audience = 0
            union all
            select w.project_id, 'wish', w.answered_on is not null, w.answered_on - w.expressed_on
                from wish w
                where w.tenant_id = p_tenant and w.audience = 0
                    and w.status not in ('merged', 'split', 'withdrawn')
            union all
            select w.project_id, 'decided', w.deviations <> '{}', null
                from wish w
                where w.tenant_id = p_tenant and w.audience = 0 and w.decisions <> '{}'
            union all
            select d.project_id, 'motivated', d.motivated_on is not null, null
                from deviation d where d.tenant_id = p_tenant and d.audience = 0
            union all
            select d.project_id, 'fed back', d.fed_back_on is not null,
                d.fed_back_on - d.recorded_on
                from deviation d where d.tenant_id = p_tenant and d.audience = 0
            union all
            select a.project_id, 'approval', a.decided_on > a.due_on is true,
                a.decided_on - a.requested_on
                from approval a
                where a.tenant_id = p_tenant and a.audience = 0 and a.decided_on is not null
            union all
            select o.project_id, 'obstacle', o.status = 'resolved', o.closed_on - o.raised_on
                from obstacle o where o.tenant_id = p_tenant and o.audience = 0
            union all
            select c.project_id, 'commitment',
                c.status = 'fulfilled' and c.ended_on <= c.due_on, null
                from commitment c
                where c.tenant_id = p_tenant and c.audience = 0 and c.due_on < p_today
        )
        select p.sector, extract(year from p.since)::integer,
            count(distinct i.project_id),
            avg(i.good::integer) filter (where i.kind = 'wish')::double precision,
            percentile_cont(0.5) within group (order by i.days) filter (where i.kind = 'wish'),
            avg(i.good::integer) filter (where i.kind = 'decided')::double precision,
            avg(i.good::integer) filter (where i.kind = 'motivated')::double precision,
            avg(i.good::integer) filter (where i.kind = 'fed back')::double precision,
            percentile_cont(0.5) within group (order by i.days) filter (where i.kind = 'fed back'),
            avg(i.good::integer) filter (where i.kind = 'approval')::double precision,
            percentile_cont(0.5) within group (order by i.days) filter (where i.kind = 'approval'),
            count(*) filter (where i.kind = 'obstacle')::double precision
                / count(distinct i.project_id),
            avg(i.good::integer) filter (where i.kind = 'obstacle')::double precision,
            percentile_cont(0.5) within group (order by i.days) filter (where i.kind = 'obstacle'),
            avg(i.good::integer) filter (where i.kind = 'commitment')::double precision
            from items i
            join project p on p.tenant_id = p_tenant and p.audience = 0
                and p.project_id = i.project_id
            group by grouping sets (
                (), (p.sector), (extract(year from p.since)),
                (p.sector, extract(year from p.since)))
            having count(distinct i.project_id) > 0;
end
$$;
