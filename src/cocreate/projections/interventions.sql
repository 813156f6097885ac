-- The intervention map: what was tried against which obstacles, and what helped.

create table intervention (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    intervention text not null,
    kind text not null,
    title text not null,
    obstacle text not null,
    category text not null,
    phase text not null,
    outcome text,
    tried_on date not null,
    judged_on date,
    resolved_on date,
    "position" bigint not null
);

call cocreate.keep_versions('intervention');

create index intervention_in_order on intervention
    (tenant_id, audience, tried_on desc, project_id, id);

call cocreate.keep_sums('intervention_sum', 'intervention', $$
    select r.category, r.sector, r.phase, r.kind, r.outcome, r.resolved_on is not null as resolved,
        r.resolved_on - r.tried_on as days, 1::bigint as number
$$);

-- What is known at a position and a filter leaves. Inlined where it is used.
create function tried(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns setof intervention_known
    language sql stable
begin atomic
    select i.* from intervention_known i
        where i.tenant_id = p_tenant and i.audience = p_audience
            and i.known_from <= p_position and i.known_until > p_position
            and (p_filter ->> 'project' is null or i.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'sector' is null or i.sector = p_filter ->> 'sector')
            and (p_filter ->> 'category' is null or i.category = p_filter ->> 'category')
            and (p_filter ->> 'phase' is null or i.phase = p_filter ->> 'phase')
            and (p_filter ->> 'kind' is null or i.kind = p_filter ->> 'kind')
            and (p_filter ->> 'resolved' is null
                or (i.resolved_on is not null) = (p_filter ->> 'resolved')::boolean);
end;

create function list_interventions(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, intervention text, kind text, title text,
        obstacle text, category text, phase text, sector text, outcome text, tried_on date,
        judged_on date, resolved_on date, days_to_resolve integer, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(i.tried_on, i.project_id, i.id), i.project_id, i.project_title,
            i.intervention, i.kind, i.title, i.obstacle, i.category, i.phase, i.sector,
            i.outcome, i.tried_on, i.judged_on, i.resolved_on, i.resolved_on - i.tried_on,
            i.position
            from tried(p_tenant, p_audience, p_position, p_filter) i
            -- The first condition is for the index.
            where p_after is null or i.tried_on <= (p_after ->> 0)::date
                and (i.tried_on < (p_after ->> 0)::date
                    or (i.project_id, i.id) > ((p_after ->> 1)::uuid, p_after ->> 2))
            order by i.tried_on desc, i.project_id, i.id
            limit p_limit;
end
$$;

-- How many there are of each that were tried alike: from the sums, or where a filter on more than what
-- these go by narrows them, from those that are left.
create function counted_interventions(
    p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns table (
        category text, sector text, phase text, kind text, outcome text, resolved boolean,
        days integer, number bigint)
    language sql stable
begin atomic
    select s.* from intervention_sums(p_tenant, p_audience, p_position) s
        where p_filter ->> 'project' is null
            and (p_filter ->> 'sector' is null or s.sector = p_filter ->> 'sector')
            and (p_filter ->> 'category' is null or s.category = p_filter ->> 'category')
            and (p_filter ->> 'phase' is null or s.phase = p_filter ->> 'phase')
            and (p_filter ->> 'kind' is null or s.kind = p_filter ->> 'kind')
            and (p_filter ->> 'resolved' is null
                or s.resolved = (p_filter ->> 'resolved')::boolean)
    union all
    select i.category, i.sector, i.phase, i.kind, i.outcome, i.resolved_on is not null,
        i.resolved_on - i.tried_on, 1
        from tried(p_tenant, p_audience, p_position, p_filter) i
        where p_filter ->> 'project' is not null;
end;

create function read_map(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with i as materialized (
            select i.category, i.sector, i.phase, i.kind, i.outcome, i.resolved, i.days,
                sum(i.number)::bigint as number
                from counted_interventions(p_tenant, p_audience, p_position, p_filter) i
                group by 1, 2, 3, 4, 5, 6, 7
                having sum(i.number) <> 0
        ),
        counted as (
            select i.category, i.sector, i.phase, i.kind, sum(i.number) as tried,
                coalesce(sum(i.number) filter (where i.outcome is not null), 0) as judged,
                coalesce(sum(i.number) filter (where i.resolved), 0) as resolved,
                coalesce(sum(i.number) filter (
                    where not i.resolved and i.outcome = 'helped'), 0) as helped,
                coalesce(sum(i.number) filter (where i.outcome = 'no-effect'), 0) as no_effect,
                coalesce(sum(i.number) filter (where i.outcome = 'made-worse'), 0) as made_worse,
                array_agg(i.days) as days, array_agg(i.number) as numbers
                from i
                group by grouping sets (
                    (i.category, i.kind), (i.category, i.sector, i.phase, i.kind))
        ),
        told as (
            select c.category, c.sector, c.phase, c.kind, c.tried, c.judged, c.resolved, c.helped,
                c.no_effect as "noEffect", c.made_worse as "madeWorse",
                round(c.resolved / c.tried, 4) as "resolvedShare",
                s.median as "medianDaysToResolve"
                from counted c
                cross join lateral cocreate.spread(c.days, c.numbers) s
        )
        select json_build_object(
            'tried', coalesce((select sum(i.number) from i), 0),
            'resolved', coalesce((select sum(i.number) from i where i.resolved), 0),
            'byCategory', coalesce((
                select json_agg(t order by t.category, t.resolved desc, t.tried desc, t.kind)
                    from told t where t.sector is null), '[]'),
            'bySectorAndPhase', coalesce((
                select json_agg(t order by t.category, t.sector, t.phase, t.resolved desc, t.kind)
                    from told t where t.sector is not null), '[]'))
    );
end
$$;
