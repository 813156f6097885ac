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
            and (p_filter ->> 'kind' is null or i.kind = p_filter ->> 'kind');
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
            where p_after is null
                or i.tried_on < (p_after ->> 0)::date
                or i.tried_on = (p_after ->> 0)::date
                    and (i.project_id, i.id) > ((p_after ->> 1)::uuid, p_after ->> 2)
            order by i.tried_on desc, i.project_id, i.id
            limit p_limit;
end
$$;

create function read_map(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with i as materialized (
            select * from tried(p_tenant, p_audience, p_position, p_filter)
        ),
        counted as (
            select i.category, i.sector, i.phase, i.kind, count(*) as tried,
                count(i.outcome) as judged,
                count(i.resolved_on) as resolved,
                count(*) filter (where i.resolved_on is null and i.outcome = 'helped') as helped,
                count(*) filter (where i.outcome = 'no-effect') as "noEffect",
                count(*) filter (where i.outcome = 'made-worse') as "madeWorse",
                round(count(i.resolved_on)::numeric / count(*), 4) as "resolvedShare",
                percentile_cont(0.5) within group (order by i.resolved_on - i.tried_on)
                    as "medianDaysToResolve"
                from i
                group by grouping sets (
                    (i.category, i.kind), (i.category, i.sector, i.phase, i.kind))
        )
        select json_build_object(
            'tried', (select count(*) from i),
            'resolved', (select count(i.resolved_on) from i),
            'byCategory', coalesce((
                select json_agg(c order by c.category, c.resolved desc, c.tried desc, c.kind)
                    from counted c where c.sector is null), '[]'),
            'bySectorAndPhase', coalesce((
                select json_agg(c order by c.category, c.sector, c.phase, c.resolved desc, c.kind)
                    from counted c where c.sector is not null), '[]'))
    );
end
$$;
