-- The force field: the parties of each project, who carries how much, and who stands alone.

-- How each project is carried. Lonely is one that one person carries at most, or one department; the
-- index is the share of the one who carries most.
create table project (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    title text not null,
    sector text not null,
    department text not null,
    status text not null,
    since date not null,
    people integer not null,
    departments integer not null,
    load integer not null,
    most integer not null,
    external integer not null,
    running boolean not null generated always as (status in ('running', 'paused')) stored,
    lonely boolean not null generated always as (people <= 1 or departments <= 1) stored,
    lonely_index numeric generated always as (round(most::numeric / nullif(load, 0), 4)) stored
);

call cocreate.keep_versions('project');

create index project_loneliest on project (
    tenant_id, audience, lonely desc, lonely_index desc nulls first, people, title, project_id)
    where running;
create index project_by_people on project (
    tenant_id, audience, people, departments, title, project_id)
    where running;
create index project_by_title on project (tenant_id, audience, title, project_id) where running;

call cocreate.keep_sums('carried_sum', 'project', $$
    select r.sector, r.department, r.lonely, r.lonely_index, 1::bigint as number where r.running
$$);

-- What people of a department carry of a running project.
create table carrying (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_sector text not null,
    project_department text not null,
    carrying text,
    people integer not null,
    load integer not null
);

call cocreate.keep_versions('carrying');

call cocreate.keep_sums('carrying_sum', 'carrying', $$
    select r.project_sector, r.project_department, r.carrying, m.measure, m.number
        from (values ('projects', 1::bigint), ('people', r.people), ('load', r.load))
            as m (measure, number)
$$);

-- How the running projects are carried that are known at a position and that a filter leaves. The
-- public may not know every party, so it is told nothing of how many carry, and how much. Inlined
-- where it is used.
create function carried(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns table (
        project_id uuid, title text, sector text, department text, status text, people integer,
        departments integer, load integer, lonely_index numeric, lonely boolean, external integer)
    language sql stable
begin atomic
    select p.project_id, p.title, p.sector, p.department, p.status,
        case when p_audience = 1 then p.people end,
        case when p_audience = 1 then p.departments end,
        case when p_audience = 1 then p.load end,
        case when p_audience = 1 then p.lonely_index end,
        case when p_audience = 1 then p.lonely end, p.external
        from project_known p
        where p.tenant_id = p_tenant and p.audience = p_audience
            and p.known_from <= p_position and p.known_until > p_position and p.running
            and (p_filter ->> 'project' is null or p.project_id = (p_filter ->> 'project')::uuid)
            and (p_filter ->> 'sector' is null or p.sector = p_filter ->> 'sector')
            and (p_filter ->> 'department' is null or p.department = p_filter ->> 'department')
            and (p_filter ->> 'lonely' is null
                or p_audience = 1 and p.lonely = (p_filter ->> 'lonely')::boolean);
end;

create function read_overview(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with alike as materialized (
            select s.lonely, s.lonely_index, sum(s.number)::bigint as number
                from carried_sums(p_tenant, p_audience, p_position) s
                where (p_filter ->> 'sector' is null or s.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'department' is null
                        or s.department = p_filter ->> 'department')
                    and (p_filter ->> 'lonely' is null
                        or p_audience = 1 and s.lonely = (p_filter ->> 'lonely')::boolean)
                group by s.lonely, s.lonely_index
                having sum(s.number) <> 0
        ),
        by_department as (
            select s.department, sum(s.number) filter (where s.measure = 'projects') as projects,
                sum(s.number) filter (where s.measure = 'people') as people,
                sum(s.number) filter (where s.measure = 'load') as load
                from (
                    select s.carrying as department, s.measure, s.number
                        from carrying_sums(p_tenant, p_audience, p_position) s
                        where p_filter ->> 'lonely' is null
                            and (p_filter ->> 'sector' is null
                                or s.project_sector = p_filter ->> 'sector')
                            and (p_filter ->> 'department' is null
                                or s.project_department = p_filter ->> 'department')
                    union all
                    select c.carrying, m.measure, m.number
                        from carried(p_tenant, p_audience, p_position, p_filter) p
                        join carrying_known c on c.tenant_id = p_tenant
                            and c.project_id = p.project_id and c.audience = p_audience
                            and c.known_from <= p_position and c.known_until > p_position
                        cross join lateral (
                            values ('projects', 1::bigint), ('people', c.people), ('load', c.load))
                            as m (measure, number)
                        where p_filter ->> 'lonely' is not null) s
                group by s.department
                having sum(s.number) <> 0
        )
        select json_build_object(
            'projects', (select coalesce(sum(a.number), 0) from alike a),
            'lonely', case when p_audience = 1
                then (select coalesce(sum(a.number) filter (where a.lonely), 0) from alike a) end,
            -- The index has four decimals.
            'medianLonelyIndex', case when p_audience = 1 then (
                select s.median / 10000
                    from (
                        select array_agg((a.lonely_index * 10000)::integer) as indexes,
                            array_agg(a.number) as numbers
                            from alike a where a.lonely_index is not null) a
                    cross join lateral cocreate.spread(a.indexes, a.numbers) s) end,
            'byProject', coalesce((
                select json_agg(o order by o.lonely desc, o."lonelyIndex" desc nulls first,
                    o.people, o.title, o.project) from (
                    select c.project_id as project, c.title, c.sector, c.department, c.status,
                        c.people, c.departments, c.load, c.lonely_index as "lonelyIndex",
                        c.lonely, c.external
                        from carried(p_tenant, p_audience, p_position, p_filter) c
                        order by c.lonely desc, c.lonely_index desc nulls first, c.people, c.title,
                            c.project_id
                        limit 200) o), '[]'),
            'byDepartment', coalesce((
                select json_agg(d order by d.load desc, d.department nulls last)
                    from by_department d), '[]'))
    );
end
$$;
