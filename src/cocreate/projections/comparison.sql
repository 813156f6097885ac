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

-- Each figure in all, by sector, by year and by both, with how many projects it rests on.
create function figures(p_tenant text, p_today date)
    returns table (
        name text, sector text, "year" integer, value double precision, projects bigint)
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
            select p.project_id, f.name, f.value
                from project p
                cross join lateral (values
                    ('projects', 1),
                    ('obstacles_per_project', (
                        select count(*) from obstacle o
                            where o.tenant_id = p_tenant and o.project_id = p.project_id
                                and o.audience = 0))) as f (name, value)
                where p.tenant_id = p_tenant and p.audience = 0
            union all
            select w.project_id, f.name, f.value
                from wish w
                cross join lateral (values
                    ('answered_share', (w.answered_on is not null)::integer),
                    ('days_to_answer', w.answered_on - w.expressed_on)) as f (name, value)
                where w.tenant_id = p_tenant and w.audience = 0
                    and w.status not in ('merged', 'split', 'withdrawn')
            union all
            select w.project_id, 'deviation_share', (w.deviations <> '{}')::integer
                from wish w
                where w.tenant_id = p_tenant and w.audience = 0 and w.decisions <> '{}'
            union all
            select d.project_id, f.name, f.value
                from deviation d
                cross join lateral (values
                    ('motivated_share', (d.motivated_on is not null)::integer),
                    ('fed_back_share', (d.fed_back_on is not null)::integer),
                    ('days_to_feedback', d.fed_back_on - d.recorded_on)) as f (name, value)
                where d.tenant_id = p_tenant and d.audience = 0
            union all
            select a.project_id, f.name, f.value
                from approval a
                cross join lateral (values
                    ('late_share', (a.decided_on > a.due_on is true)::integer),
                    ('lead_days', a.decided_on - a.requested_on)) as f (name, value)
                where a.tenant_id = p_tenant and a.audience = 0 and a.decided_on is not null
            union all
            select o.project_id, f.name, f.value
                from obstacle o
                cross join lateral (values
                    ('resolved_share', (o.status = 'resolved')::integer),
                    ('obstacle_days', o.closed_on - o.raised_on)) as f (name, value)
                where o.tenant_id = p_tenant and o.audience = 0
            union all
            select c.project_id, 'kept_share',
                (c.status = 'fulfilled' and c.ended_on <= c.due_on)::integer
                from commitment c
                where c.tenant_id = p_tenant and c.audience = 0 and c.due_on < p_today
        )
        select i.name, p.sector, extract(year from p.since)::integer,
            case when i.name like '%days%'
                then percentile_cont(0.5) within group (order by i.value)
                else avg(i.value)::double precision end,
            count(distinct i.project_id)
            from items i
            join project p on p.tenant_id = p_tenant and p.audience = 0
                and p.project_id = i.project_id
            where i.value is not null
            group by i.name, grouping sets (
                (), (p.sector), (extract(year from p.since)),
                (p.sector, extract(year from p.since)))
            order by 1, 2, 3;
end
$$;
