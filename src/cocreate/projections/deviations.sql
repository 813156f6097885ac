-- The deviation register: where something does not follow what residents wished, and why.

create table deviation (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    title text not null,
    status text not null,
    ground text not null,
    motivation text,
    alternatives text[] not null,
    value_between text,
    value_and text,
    body text,
    decision text,
    about text[] not null,
    recorded_on date not null,
    motivated_on date,
    fed_back_on date,
    contested_on date,
    contests integer not null,
    settled_on date,
    settlement text,
    source text,
    "position" bigint not null
);

call cocreate.keep_versions('deviation');

create index deviation_in_order on deviation
    (tenant_id, audience, num_nonnulls(motivated_on, fed_back_on), recorded_on, project_id, id);

-- What a deviation is counted among: all, those on its ground, of its body, and in its sector.
create function deviation_groups(p_ground text, p_body text, p_sector text)
    returns table (kind text, code text)
    language sql immutable
begin atomic
    values ('all', null), ('ground', p_ground), ('body', p_body), ('sector', p_sector);
end;

call cocreate.keep_sums('deviation_sum', 'deviation', $$
    select g.kind, g.code, r.motivated_on is null as motivation_owed,
        r.fed_back_on is null as feedback_owed, r.contests > 0 as contested,
        r.settled_on is not null as settled, 1::bigint as number
        from deviation_groups(r.ground, r.body, r.sector) g
$$);
call cocreate.keep_sums('feedback_sum', 'deviation', $$
    select g.kind, g.code, r.fed_back_on - r.recorded_on as days, 1::bigint as number
        from deviation_groups(r.ground, r.body, r.sector) g
        where r.fed_back_on is not null
$$);

-- The deviations that are known at a position and that a filter leaves. Inlined where it is used.
create function chosen(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns setof deviation_known
    language sql stable
begin atomic
    select d.* from deviation_known d
        where d.tenant_id = p_tenant and d.audience = p_audience
            and d.known_from <= p_position and d.known_until > p_position
            and (p_filter ->> 'project' is null or d.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'status' is null or d.status = p_filter ->> 'status')
            and (p_filter ->> 'ground' is null or d.ground = p_filter ->> 'ground')
            and (p_filter ->> 'body' is null or d.body = p_filter ->> 'body')
            and (p_filter ->> 'sector' is null or d.sector = p_filter ->> 'sector')
            and (p_filter ->> 'motivationOwed' is null
                or (d.motivated_on is null) = (p_filter ->> 'motivationOwed')::boolean)
            and (p_filter ->> 'feedbackOwed' is null
                or (d.fed_back_on is null) = (p_filter ->> 'feedbackOwed')::boolean)
            and (p_filter ->> 'contested' is null
                or (d.contests > 0) = (p_filter ->> 'contested')::boolean)
            and (p_filter ->> 'fromDate' is null
                or d.recorded_on >= (p_filter ->> 'fromDate')::date)
            and (p_filter ->> 'untilDate' is null
                or d.recorded_on <= (p_filter ->> 'untilDate')::date);
end;

create function list_deviations(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, deviation text, title text, status text,
        ground text, motivation text, alternatives text[], value_between text, value_and text,
        sector text, body text, decision text, about text[], recorded_on date, motivated_on date,
        fed_back_on date, motivation_owed boolean, feedback_owed boolean, days_owed integer,
        contested_on date, contests integer, settled_on date, settlement text, source text,
        "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(o.given, d.recorded_on, d.project_id, d.id), d.project_id,
            d.project_title, d.id, d.title, d.status, d.ground, d.motivation, d.alternatives,
            d.value_between, d.value_and, d.sector, d.body, d.decision, d.about, d.recorded_on,
            d.motivated_on, d.fed_back_on, d.motivated_on is null, d.fed_back_on is null,
            case when o.given < 2 then p_today - d.recorded_on end, d.contested_on, d.contests,
            d.settled_on, d.settlement, d.source, d.position
            from chosen(p_tenant, p_audience, p_position, p_filter) d
            cross join lateral (
                select num_nonnulls(d.motivated_on, d.fed_back_on) as given) o
            where p_after is null
                or (o.given, d.recorded_on, d.project_id, d.id) > (
                    (p_after ->> 0)::integer, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                    p_after ->> 3)
            order by o.given, d.recorded_on, d.project_id, d.id
            limit p_limit;
end
$$;

-- What is counted comes from the sums, or where it is narrowed, from the deviations that are left.
create function read_overview(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with narrowed as materialized (
            select g.kind, g.code, d.motivated_on, d.fed_back_on, d.contests, d.settled_on,
                d.fed_back_on - d.recorded_on as days
                from chosen(p_tenant, p_audience, p_position, p_filter) d
                cross join lateral deviation_groups(d.ground, d.body, d.sector) g
                where p_filter <> '{}'
        ),
        counted as (
            select s.kind, s.code, sum(s.number) as total,
                coalesce(sum(s.number) filter (where s.motivation_owed), 0) as "motivationOwed",
                coalesce(sum(s.number) filter (where s.feedback_owed), 0) as "feedbackOwed",
                coalesce(sum(s.number) filter (where s.contested), 0) as contested,
                coalesce(sum(s.number) filter (where s.settled), 0) as settled
                from (
                    select s.* from deviation_sums(p_tenant, p_audience, p_position) s
                        where p_filter = '{}'
                    union all
                    select n.kind, n.code, n.motivated_on is null, n.fed_back_on is null,
                        n.contests > 0, n.settled_on is not null, 1 from narrowed n) s
                group by s.kind, s.code
                having sum(s.number) <> 0
        ),
        waited as (
            select s.kind, s.code, array_agg(s.days) as days, array_agg(s.number) as numbers
                from (
                    select s.* from feedback_sums(p_tenant, p_audience, p_position) s
                        where p_filter = '{}'
                    union all
                    select n.kind, n.code, n.days, 1 from narrowed n) s
                group by s.kind, s.code
        ),
        told as (
            select c.*, s.median as "medianDaysToFeedback"
                from counted c
                left join waited w on w.kind = c.kind and w.code is not distinct from c.code
                cross join lateral cocreate.spread(w.days, w.numbers) s
        )
        select json_build_object(
            'total', coalesce(max(t.total) filter (where t.kind = 'all'), 0),
            'motivationOwed', coalesce(max(t."motivationOwed") filter (where t.kind = 'all'), 0),
            'feedbackOwed', coalesce(max(t."feedbackOwed") filter (where t.kind = 'all'), 0),
            'contested', coalesce(max(t.contested) filter (where t.kind = 'all'), 0),
            'settled', coalesce(max(t.settled) filter (where t.kind = 'all'), 0),
            'medianDaysToFeedback', max(t."medianDaysToFeedback") filter (where t.kind = 'all'),
            'byGround', coalesce(json_agg(to_jsonb(t) - 'kind' order by t.total desc, t.code)
                filter (where t.kind = 'ground'), '[]'),
            'byBody', coalesce(json_agg(to_jsonb(t) - 'kind' order by t.total desc, t.code)
                filter (where t.kind = 'body'), '[]'),
            'bySector', coalesce(json_agg(to_jsonb(t) - 'kind' order by t.total desc, t.code)
                filter (where t.kind = 'sector'), '[]'))
            from told t
    );
end
$$;
