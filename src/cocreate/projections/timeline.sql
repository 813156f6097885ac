-- The accountability timeline: every step of a project in the order in which it happened, and what
-- became of each thing the project keeps account of.
--
-- audience is 0 for what the public knows and 1 for what those inside know; a subject that the
-- public knows has a row for each.

create table timeline.subject (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    kind text not null,
    status text,
    duties text[] not null,
    since date not null,
    due_on date,
    body bytea not null,
    primary key (tenant_id, project_id, id, audience)
) with (fillfactor = 80);

create index subject_owed on timeline.subject
    (tenant_id, project_id, audience, since, id) where duties <> '{}';
create index subject_kind on timeline.subject
    (tenant_id, project_id, audience, kind, since, id);
create index project on timeline.subject
    (tenant_id, audience, since, project_id) where id = '';

-- An entry is in sight of every audience from its own on.
create table timeline.entry (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    occurred_on date not null,
    position bigint not null,
    body bytea not null,
    primary key (tenant_id, project_id, occurred_on, position)
);

create function timeline.write_subject(p_rows timeline.subject[]) returns void
    language sql
begin atomic
    insert into timeline.subject
        select * from unnest(p_rows)
        on conflict (tenant_id, project_id, id, audience) do update
            set kind = excluded.kind, status = excluded.status, duties = excluded.duties,
                since = excluded.since, due_on = excluded.due_on, body = excluded.body;
end;

create function timeline.write_entry(p_rows timeline.entry[]) returns void
    language sql
begin atomic
    insert into timeline.entry select * from unnest(p_rows);
end;

-- One page of a timeline, in one round trip: the project, what is owed and how much in all, the
-- wishes, and the entries after a place in the order. part tells which.
create function timeline.read_timeline(
    p_tenant text, p_project uuid, p_audience smallint, p_today date,
    p_after_on date, p_after_position bigint, p_limit integer)
    returns table (part text, number bigint, occurred_on date, duties text[], due_on date, body bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select 'project'::text, c.position, null::date, null::text[], null::date, s.body
            from timeline.subject s
            left join cocreate.projection_checkpoint c
                on c.tenant_id = p_tenant and c.projection = 'timeline'
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.id = '';
    if not found then
        return;
    end if;
    return query
        (select 'owed'::text, count(*) over (), s.since, s.duties, s.due_on, s.body
            from timeline.subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.duties <> '{}'
                and (s.due_on is null or s.due_on < p_today)
            order by s.since, s.id limit 50);
    return query
        (select 'wish'::text, null::bigint, s.since, s.duties, s.due_on, s.body
            from timeline.subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.kind = 'wish'
            order by s.since, s.id limit 50);
    return query
        (select 'entry'::text, e.position, e.occurred_on, null::text[], null::date, e.body
            from timeline.entry e
            where e.tenant_id = p_tenant and e.project_id = p_project
                and e.audience <= p_audience
                and (e.occurred_on, e.position) > (p_after_on, p_after_position)
            order by e.occurred_on, e.position limit p_limit);
end
$$;

-- One subject with its chain, by its id; the project itself has the id ''.
create function timeline.read_subject(
    p_tenant text, p_project uuid, p_audience smallint, p_id text)
    returns bytea
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (select s.body from timeline.subject s
        where s.tenant_id = p_tenant and s.project_id = p_project
            and s.audience = p_audience and s.id = p_id);
end
$$;

-- The subjects of one kind in a project, a page at a time; only those that owe something, if asked.
create function timeline.read_subjects(
    p_tenant text, p_project uuid, p_audience smallint, p_kind text, p_owed boolean, p_today date,
    p_after_on date, p_after_id text, p_limit integer)
    returns table (since date, id text, body bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.since, s.id, s.body from timeline.subject s
            where s.tenant_id = p_tenant and s.project_id = p_project
                and s.audience = p_audience and s.kind = p_kind
                and (not p_owed
                    or s.duties <> '{}' and (s.due_on is null or s.due_on < p_today))
                and (s.since, s.id) > (p_after_on, p_after_id)
            order by s.since, s.id limit p_limit;
end
$$;

-- The projects of a municipality, the latest first.
create function timeline.read_projects(
    p_tenant text, p_audience smallint, p_before_on date, p_before_id uuid, p_limit integer)
    returns table (since date, project_id uuid, body bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.since, s.project_id, s.body from timeline.subject s
            where s.tenant_id = p_tenant and s.audience = p_audience and s.id = ''
                and (s.since, s.project_id) < (p_before_on, p_before_id)
            order by s.since desc, s.project_id desc limit p_limit;
end
$$;

-- How much is owed in a project, inside, by kind of duty.
create function timeline.count_owed(p_tenant text, p_project uuid, p_today date)
    returns table (motivations bigint, feedback bigint, answers bigint, decisions bigint)
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select count(*) filter (where 'motivation' = any(s.duties)),
            count(*) filter (where 'feedback' = any(s.duties)),
            count(*) filter (where 'answer' = any(s.duties)),
            count(*) filter (where 'decision' = any(s.duties) and s.due_on < p_today)
            from timeline.subject s
            where s.tenant_id = p_tenant and s.project_id = p_project and s.audience = 1
                and s.duties <> '{}';
end
$$;
