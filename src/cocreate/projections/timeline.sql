-- The accountability timeline: every step of a project in the order in which it happened, and what
-- became of each thing the project keeps account of. The accounts are also what all read models
-- fold on from.

create table subject (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    kind text not null,
    status text,
    duties text[] not null,
    since date not null,
    due_on date,
    body bytea not null
);

call cocreate.keep_rows('subject');

create index subject_owed on subject
    (tenant_id, project_id, audience, since, id) where duties <> '{}';
create index subject_kind on subject (tenant_id, project_id, audience, kind, since, id);

-- An entry is in sight of every audience from its own on.
create table entry (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    occurred_on date not null,
    position bigint not null,
    body bytea not null
);

call cocreate.keep_rows('entry');

create index entry_in_order on entry (tenant_id, project_id, occurred_on, position);

-- The accounts that a fold goes on from: each project's own first, and as those inside know it.
create function load_subjects(p_tenant text, p_projects uuid[], p_ids text[])
    returns table (project_id uuid, audience smallint, body bytea)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    -- Without the fence of "offset 0" and statistics, the planner would rather compare every key
    -- with every row.
    return query
        select k.project_id, s.audience, s.body
            from unnest(p_projects, p_ids) as k (project_id, id)
            cross join lateral (
                select t.audience, t.body from subject t
                    where t.tenant_id = p_tenant
                        and t.project_id = k.project_id and t.id = k.id
                    offset 0) s
            order by k.id <> '', s.audience desc;
end
$$;

-- All accounts of a project, and the position of the log they are of.
create function read_accounts(
    p_tenant text, p_build integer, p_project uuid, p_audience smallint)
    returns table ("position" bigint, body bytea)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select c.position, s.body
            from subject s
            join cocreate.projection_checkpoint c
                on c.tenant_id = p_tenant and c.build = p_build
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience
            order by s.id;
end
$$;

-- One page of a timeline, in one round trip: the project, what is owed and how much in all, the
-- wishes, and the entries after a place in the order. part tells which; the first row is always
-- there, with the position all are of, and no body where there is no such project.
create function read_timeline(
    p_tenant text, p_build integer, p_project uuid, p_audience smallint, p_today date,
    p_after_on date, p_after_position bigint, p_limit integer)
    returns table (
        part text, "position" bigint, number bigint, occurred_on date, body bytea)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select 'project'::text, c.position, null::bigint, null::date, s.body
            from cocreate.projection_checkpoint c
            left join subject s on s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.id = '' and s.kind = 'project'
            where c.tenant_id = p_tenant and c.build = p_build;
    return query
        (select 'owed'::text, null::bigint, count(*) over (), s.since, s.body
            from subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.duties <> '{}'
                and (s.due_on is null or s.due_on < p_today)
            order by s.since, s.id limit 50);
    return query
        (select 'wish'::text, null::bigint, null::bigint, s.since, s.body
            from subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.kind = 'wish'
            order by s.since, s.id limit 50);
    return query
        (select 'entry'::text, null::bigint, e.position, e.occurred_on, e.body
            from entry e
            where e.tenant_id = p_tenant and e.project_id = p_project
                and e.audience <= p_audience
                and (e.occurred_on, e.position) > (p_after_on, p_after_position)
            order by e.occurred_on, e.position limit p_limit);
end
$$;

-- One subject with its chain, by its id, and the position it is of; the project itself has the id
-- ''. The body is null where there is no such subject.
create function read_subject(
    p_tenant text, p_build integer, p_project uuid, p_audience smallint, p_id text)
    returns table ("position" bigint, body bytea)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select c.position, s.body
            from cocreate.projection_checkpoint c
            left join subject s on s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.id = p_id and s.kind <> 'municipality'
            where c.tenant_id = p_tenant and c.build = p_build;
end
$$;

-- The subjects of one kind in a project, a page at a time; only those that owe something, if asked.
-- The project itself is none of them.
-- The first row holds the position they are of, and whether there is such a project.
create function read_subjects(
    p_tenant text, p_build integer, p_project uuid, p_audience smallint, p_kind text, p_owed boolean,
    p_today date, p_after_on date, p_after_id text, p_limit integer)
    returns table ("position" bigint, since date, id text, body bytea)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select c.position, s.since, null::text, s.body
            from cocreate.projection_checkpoint c
            left join subject s on s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.id = '' and s.kind = 'project'
            where c.tenant_id = p_tenant and c.build = p_build;
    return query
        select null::bigint, s.since, s.id, s.body from subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.kind = p_kind and s.id <> ''
                and (not p_owed
                    or s.duties <> '{}' and (s.due_on is null or s.due_on < p_today))
                and (s.since, s.id) > (p_after_on, p_after_id)
            order by s.since, s.id limit p_limit;
end
$$;

-- How much is owed in a project, inside, by kind of duty.
create function count_owed(p_tenant text, p_project uuid, p_today date)
    returns table (motivations bigint, feedback bigint, answers bigint, decisions bigint)
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select count(*) filter (where 'motivation' = any(s.duties)),
            count(*) filter (where 'feedback' = any(s.duties)),
            count(*) filter (where 'answer' = any(s.duties)),
            count(*) filter (where 'decision' = any(s.duties) and s.due_on < p_today)
            from subject s
            where s.tenant_id = p_tenant and s.project_id = p_project and s.audience = 1
                and s.duties <> '{}';
end
$$;
