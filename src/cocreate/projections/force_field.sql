-- The force field: the parties of each project, who carries how much, and who stands alone.

create table party (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    kind text not null,
    side text not null,
    department text,
    carries boolean not null,
    present boolean not null,
    load integer not null,
    obstacles integer not null,
    last_active_on date
);

call cocreate.keep_versions('party');

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
    since date not null
);

call cocreate.keep_versions('project');

-- How each running project is carried, as known at a position. The public may not know every party,
-- so it is told nothing of how many carry, and how much.
create function carried(p_tenant text, p_audience smallint, p_position bigint)
    returns table (
        project_id uuid, title text, sector text, department text, status text, people integer,
        departments integer, load bigint, lonely_index numeric, lonely boolean, external integer)
    language sql stable
begin atomic
    select p.project_id, p.title, p.sector, p.department, p.status, i.people, i.departments,
        i.load, round(i.most::numeric / nullif(i.load, 0), 4),
        i.people <= 1 or i.departments <= 1, c.external
        from project_known p
        cross join lateral (
            select count(*) filter (where t.carrying)::integer as people,
                count(distinct coalesce(t.department, t.id)) filter (where t.carrying)::integer
                    as departments,
                coalesce(sum(t.load) filter (where t.carrying), 0) as load,
                max(t.load) filter (where t.carrying) as most,
                count(*) filter (where t.present and t.side = 'external')::integer as external
                from (
                    select t.*, t.present and t.side = 'internal' and t.load > 0 as carrying
                        from party_known t
                        where t.tenant_id = p_tenant and t.project_id = p.project_id
                            and t.audience = p_audience and t.known_from <= p_position
                            and t.known_until > p_position) t) c
        left join lateral (
            select c.people, c.departments, c.load, c.most where p_audience = 1) i on true
        where p.tenant_id = p_tenant and p.audience = p_audience
            and p.known_from <= p_position and p.known_until > p_position
            and p.status in ('running', 'paused');
end;

create function read_overview(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with c as materialized (
            select * from carried(p_tenant, p_audience, p_position) c
                where (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'department' is null
                        or c.department = p_filter ->> 'department')
                    and (p_filter ->> 'lonely' is null
                        or c.lonely = (p_filter ->> 'lonely')::boolean)
        )
        select json_build_object(
            'projects', (select count(*) from c),
            'lonely', case when p_audience = 1
                then (select count(*) from c where c.lonely) end,
            'medianLonelyIndex', (
                select percentile_cont(0.5) within group (order by c.lonely_index) from c),
            'byProject', coalesce((
                select json_agg(o order by o.lonely desc, o."lonelyIndex" desc nulls first,
                    o.people, o.title, o.project) from (
                    select c.project_id as project, c.title, c.sector, c.department, c.status,
                        c.people, c.departments, c.load, c.lonely_index as "lonelyIndex",
                        c.lonely, c.external
                        from c
                        order by c.lonely desc, c.lonely_index desc nulls first, c.people, c.title,
                            c.project_id
                        limit 200) o), '[]'),
            'byDepartment', coalesce((
                select json_agg(d order by d.load desc, d.department nulls last) from (
                    select t.department, count(distinct t.project_id) as projects,
                        count(*) as people, sum(t.load) as load
                        from party_known t
                        join c on c.project_id = t.project_id
                        where t.tenant_id = p_tenant and t.audience = p_audience
                            and t.known_from <= p_position and t.known_until > p_position
                            and t.present and t.side = 'internal' and t.load > 0
                        group by t.department) d), '[]'))
    );
end
$$;
