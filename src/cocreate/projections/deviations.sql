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
                or (d.contests > 0) = (p_filter ->> 'contested')::boolean);
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

create function read_overview(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with counted as (
            select g.kind, g.code, count(*) as total,
                count(*) filter (where d.motivated_on is null) as "motivationOwed",
                count(*) filter (where d.fed_back_on is null) as "feedbackOwed",
                count(*) filter (where d.contests > 0) as contested,
                count(*) filter (where d.settled_on is not null) as settled,
                percentile_cont(0.5) within group (order by d.fed_back_on - d.recorded_on)
                    filter (where d.fed_back_on is not null) as "medianDaysToFeedback"
                from chosen(p_tenant, p_audience, p_position, p_filter) d
                cross join lateral (
                    values ('all', null), ('ground', d.ground), ('body', d.body),
                        ('sector', d.sector)) as g (kind, code)
                group by g.kind, g.code
        )
        select json_build_object(
            'total', coalesce(max(c.total) filter (where c.kind = 'all'), 0),
            'motivationOwed', coalesce(max(c."motivationOwed") filter (where c.kind = 'all'), 0),
            'feedbackOwed', coalesce(max(c."feedbackOwed") filter (where c.kind = 'all'), 0),
            'contested', coalesce(max(c.contested) filter (where c.kind = 'all'), 0),
            'settled', coalesce(max(c.settled) filter (where c.kind = 'all'), 0),
            'medianDaysToFeedback', max(c."medianDaysToFeedback") filter (where c.kind = 'all'),
            'byGround', coalesce(json_agg(to_jsonb(c) - 'kind' order by c.total desc, c.code)
                filter (where c.kind = 'ground'), '[]'),
            'byBody', coalesce(json_agg(to_jsonb(c) - 'kind' order by c.total desc, c.code)
                filter (where c.kind = 'body'), '[]'),
            'bySector', coalesce(json_agg(to_jsonb(c) - 'kind' order by c.total desc, c.code)
                filter (where c.kind = 'sector'), '[]'))
            from counted c
    );
end
$$;
