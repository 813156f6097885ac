-- Read models that keep every version of their rows, and are built beside the ones in use.

drop table cocreate.projection_checkpoint;
drop function cocreate.read_checkpoint(text, text);
drop table cocreate.read_model;
drop schema if exists timeline cascade;
drop schema if exists obstacles cascade;

create extension if not exists pg_trgm with schema public;
create extension if not exists unaccent with schema public;

-- A text as it is searched: without accents and capitals.
create function cocreate.searchable(p_text text) returns text
    language sql immutable parallel safe strict
begin atomic
    select lower(public.unaccent('public.unaccent', p_text));
end;

-- A text as its words are searched, in Dutch and in English.
create function cocreate.words(p_text text) returns tsvector
    language sql immutable parallel safe
begin atomic
    select to_tsvector('pg_catalog.dutch', coalesce(cocreate.searchable(p_text), ''))
        || to_tsvector('pg_catalog.english', coalesce(cocreate.searchable(p_text), ''));
end;

-- What someone searches for, in Dutch or in English.
create function cocreate.sought(p_text text) returns tsquery
    language sql immutable parallel safe
begin atomic
    select websearch_to_tsquery('pg_catalog.dutch', cocreate.searchable(p_text))
        || websearch_to_tsquery('pg_catalog.english', cocreate.searchable(p_text));
end;

-- A build is a schema that holds one read model, made for one fingerprint of its definition. Old
-- and new code each have builds of their own, side by side; of those with the same fingerprint,
-- readers are answered from the one in use.

create table cocreate.read_model_build (
    build integer generated always as identity primary key,
    name text not null,
    fingerprint bytea not null,
    in_use boolean not null,
    made_at timestamptz not null default now()
);

create unique index one_in_use on cocreate.read_model_build (name, fingerprint) where in_use;

grant select on cocreate.read_model_build to cocreate_app, cocreate_projector;

-- How far each build has come in each log. The row lock on it is the lease: whoever holds it folds
-- that log into that build, and letting go needs no clock, not even after a crash.
--
-- A build that is behind is brought up project by project, to the position "target", in the order
-- of their ids; "cursor" is the last one that is done. Until it has caught up once, it is not
-- complete, and nothing is answered from it.

create table cocreate.projection_checkpoint (
    tenant_id text not null,
    build integer not null,
    position bigint not null default 0,
    complete boolean not null default true,
    target bigint,
    cursor uuid,
    primary key (tenant_id, build)
) with (fillfactor = 50);

-- The projects that a build cannot take a step of: left as they were before it until repaired.

create table cocreate.projection_parked (
    tenant_id text not null,
    build integer not null,
    project_id uuid not null,
    position bigint not null,
    reason text not null,
    parked_at timestamptz not null default now(),
    primary key (tenant_id, build, project_id)
);

do $$
declare
    guarded text;
begin
    foreach guarded in array array['projection_checkpoint', 'projection_parked'] loop
        execute format('alter table cocreate.%I enable row level security', guarded);
        execute format('alter table cocreate.%I force row level security', guarded);
        execute format(
            'create policy own_tenant on cocreate.%I '
            'using (tenant_id = nullif(current_setting(''cocreate.tenant'', true), ''''))', guarded);
        execute format(
            'create policy every_checkpoint on cocreate.%I for select '
            'to cocreate_projector using (true)', guarded);
        execute format('grant select on cocreate.%I to cocreate_app', guarded);
        execute format(
            'grant select, insert, update, delete on cocreate.%I to cocreate_projector', guarded);
    end loop;
end
$$;

-- Lock the checkpoints of builds in one log and give them. Fewer than were asked for means that
-- another works on it.
create function cocreate.lease(p_tenant text, p_builds integer[])
    returns table (
        build integer, "position" bigint, complete boolean, target bigint, cursor uuid,
        parked bigint, in_use boolean)
    language plpgsql
as $$
#variable_conflict use_column
declare
    present bigint;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select count(*) into present from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.build = any(p_builds);
    if present < cardinality(p_builds) then
        insert into cocreate.projection_checkpoint (tenant_id, build)
            select p_tenant, b from unnest(p_builds) as b on conflict do nothing;
    end if;
    return query
        select l.build, l.position, l.complete, l.target, l.cursor,
            (select count(*) from cocreate.projection_parked p
                where p.tenant_id = p_tenant and p.build = l.build),
            exists (select from cocreate.read_model_build b where b.build = l.build and b.in_use)
            from (
                select c.* from cocreate.projection_checkpoint c
                    where c.tenant_id = p_tenant and c.build = any(p_builds)
                    order by c.build for update skip locked) l;
end
$$;

-- Say how far builds have come in a log, under lease, and whether that is the end of it.
create function cocreate.move_checkpoints(
    p_tenant text, p_builds integer[], p_position bigint, p_complete boolean)
    returns void
    language sql
begin atomic
    update cocreate.projection_checkpoint c
        set position = p_position, complete = c.complete or p_complete
        where c.tenant_id = p_tenant and c.build = any(p_builds);
end;

-- How far builds have come in a log, all of them, and whether they may be read from. One that has
-- not begun with a log is as far as an empty one.
create function cocreate.read_checkpoint(p_tenant text, p_builds integer[])
    returns table ("position" bigint, complete boolean)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select min(coalesce(c.position, 0)), bool_and(coalesce(c.complete, true))
            from unnest(p_builds) as b
            left join cocreate.projection_checkpoint c on c.tenant_id = p_tenant and c.build = b;
end
$$;

-- The projects with events after a position and up to another, in the order of their ids.
create function cocreate.read_streams_between(
    p_tenant text, p_after bigint, p_up_to bigint, p_cursor uuid, p_limit integer)
    returns setof uuid
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if p_after = 0 then
        return query
            select s.stream_id from cocreate.stream s
                where s.tenant_id = p_tenant and (p_cursor is null or s.stream_id > p_cursor)
                order by s.stream_id limit p_limit;
    else
        return query
            select distinct e.stream_id from cocreate.event e
                where e.tenant_id = p_tenant and e.position > p_after and e.position <= p_up_to
                    and (p_cursor is null or e.stream_id > p_cursor)
                order by 1 limit p_limit;
    end if;
end
$$;

-- The events of projects up to a position, one history after the other.
create function cocreate.read_streams(p_tenant text, p_streams uuid[], p_up_to bigint)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.* from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = any(p_streams) and e.position <= p_up_to
            order by e.stream_id, e.version;
end
$$;

-- Turn a table of a build into one that keeps a row per key, guarded like all tables of tenants.
-- Every table of a build starts with the columns
--     tenant_id text, project_id uuid, audience smallint, id text
-- audience is 0 for what the public knows and 1 for what those inside know.
create procedure cocreate.keep_rows(p_table text)
    language plpgsql
as $$
begin
    execute format('alter table %I add primary key (tenant_id, project_id, id, audience)', p_table);
    execute format('alter table %I set (fillfactor = 80)', p_table);
    call cocreate.guard_rows(p_table);
    execute format(
        $f$
        create function write_%1$s(p_rows %1$I[]) returns void
            language sql
        begin atomic
            insert into %1$I select * from unnest(p_rows)
                on conflict (tenant_id, project_id, id, audience) do update set %2$s;
        end
        $f$,
        p_table, cocreate.assignments(p_table));
    execute format(
        $f$
        create function forget_%1$s(p_projects uuid[], p_ids text[], p_audiences smallint[])
            returns void
            language sql
        begin atomic
            delete from %1$I t
                using unnest(p_projects, p_ids, p_audiences) as g (project_id, id, audience)
                where t.tenant_id = current_setting('cocreate.tenant') and t.project_id = g.project_id
                    and t.id = g.id and t.audience = g.audience;
        end
        $f$,
        p_table);
end
$$;

-- Turn a table of a build, with a column "known_from bigint" after its key, into one that keeps
-- every version of its rows by log position: those of now in the table itself, earlier ones in
-- <table>_past, and <table>_known shows both. A row is known at position p where
-- known_from <= p and known_until > p.
create procedure cocreate.keep_versions(p_table text)
    language plpgsql
as $$
declare
    past text := p_table || '_past';
begin
    call cocreate.keep_rows(p_table);
    execute format('create table %I (like %I, known_until bigint not null)', past, p_table);
    execute format(
        'alter table %I add primary key (tenant_id, project_id, id, audience, known_from)', past);
    execute format('create index on %I (tenant_id, audience, known_until, known_from)', past);
    call cocreate.guard_rows(past);
    execute format(
        'create view %I with (security_invoker = true) as '
        'select *, 9223372036854775807 as known_until from %I union all select * from %I',
        p_table || '_known', p_table, past);
    execute format(
        'grant select on %I to cocreate_app, cocreate_projector', p_table || '_known');
    execute format(
        $f$
        create function write_%1$s(p_rows %1$I[]) returns void
            language sql
        begin atomic
            insert into %1$I select * from unnest(p_rows);
        end
        $f$,
        past);
    -- Ends the versions that are known now at a position each; those that begin there, in the same
    -- step, never were.
    execute format(
        $f$
        create function end_%1$s(
            p_projects uuid[], p_ids text[], p_audiences smallint[], p_until bigint[])
            returns void
            language sql
        begin atomic
            insert into %2$I
                select t.*, g.known_until
                    from unnest(p_projects, p_ids, p_audiences, p_until)
                        as g (project_id, id, audience, known_until)
                    join %1$I t on t.tenant_id = current_setting('cocreate.tenant')
                        and t.project_id = g.project_id and t.id = g.id
                        and t.audience = g.audience and t.known_from < g.known_until;
        end
        $f$,
        p_table, past);
    -- The rows that are known otherwise at one position than at an earlier one, a page at a time, in
    -- the order in which they became so.
    execute format(
        $f$
        create function changes_%1$s(
            p_tenant text, p_audience smallint, p_from bigint, p_until bigint, p_project uuid,
            p_after_position bigint, p_after_project uuid, p_after_id text, p_limit integer)
            returns table (
                changed_at bigint, project_id uuid, id text, before jsonb, after jsonb)
            language plpgsql stable set search_path from current
        as $body$
        #variable_conflict use_column
        begin
            perform set_config('cocreate.tenant', p_tenant, true);
            return query
                with touched as (
                    select t.project_id, t.id from %2$I t
                        where t.tenant_id = p_tenant and t.audience = p_audience
                            and t.known_from > p_from and t.known_from <= p_until
                    union
                    select t.project_id, t.id from %3$I t
                        where t.tenant_id = p_tenant and t.audience = p_audience
                            and t.known_until > p_from and t.known_until <= p_until
                ),
                compared as (
                    select coalesce(n.known_from, (
                            select max(o.known_until) from %3$I o
                                where o.tenant_id = p_tenant and o.audience = p_audience
                                    and o.project_id = t.project_id and o.id = t.id
                                    and o.known_until <= p_until)) as changed_at,
                        t.project_id, t.id, b.told as before, n.told as after
                        from touched t
                        left join lateral (
                            select to_jsonb(r) - array['tenant_id', 'project_id', 'audience',
                                'id', 'known_from', 'known_until'] as told from %2$I r
                                where r.tenant_id = p_tenant and r.project_id = t.project_id
                                    and r.id = t.id and r.audience = p_audience
                                    and r.known_from <= p_from and r.known_until > p_from) b on true
                        left join lateral (
                            select r.known_from, to_jsonb(r) - array['tenant_id', 'project_id', 'audience',
                                'id', 'known_from', 'known_until'] as told from %2$I r
                                where r.tenant_id = p_tenant and r.project_id = t.project_id
                                    and r.id = t.id and r.audience = p_audience
                                    and r.known_from <= p_until and r.known_until > p_until) n
                            on true
                        where p_project is null or t.project_id = p_project
                )
                select c.* from compared c
                    where c.before is distinct from c.after
                        and (c.changed_at, c.project_id, c.id)
                            > (p_after_position, p_after_project, p_after_id)
                    order by c.changed_at, c.project_id, c.id
                    limit p_limit;
        end
        $body$
        $f$,
        p_table, p_table || '_known', past);
end
$$;

-- Keep the sums of a column of a table that keeps versions, by other columns of it: in <table>_sum
-- for the rows of now, with every change of them. What they were as known at a position,
-- <table>_sums gives in parts that are still to be added up: the sums of now, less what was made
-- since, with what ended since. It takes the longer the more was, not the more there is.
create procedure cocreate.keep_sums(p_table text, p_by text[], p_number text)
    language plpgsql
as $$
declare
    sums text := p_table || '_sum';
    keys text := (select string_agg(quote_ident(b), ', ') from unnest(p_by) as b);
    -- The columns as they are declared, for the table and for what is given.
    declared text := (
        select string_agg(
            format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by b.place)
            from unnest(p_by) with ordinality as b (name, place)
            join pg_attribute a on a.attrelid = p_table::regclass and a.attname = b.name);
    event text;
begin
    execute format(
        'create table %I (tenant_id text not null, audience smallint not null, %s, '
        'number bigint not null, unique nulls not distinct (tenant_id, audience, %s))',
        sums, declared, keys);
    execute format('create index on %I (tenant_id) where number = 0', sums);
    call cocreate.guard_rows(sums);
    execute format(
        'create index if not exists %I on %I (tenant_id, audience, known_from)',
        p_table || '_known_from', p_table);
    foreach event in array array['insert', 'update', 'delete'] loop
        execute format(
            $f$
            create function %1$s_at_%2$s() returns trigger
                language plpgsql set search_path from current
            as $body$
            begin
                insert into %1$I as s
                    select c.tenant_id, c.audience, %3$s, sum(c.number)
                        from (%5$s) c group by c.tenant_id, c.audience, %3$s
                        having sum(c.number) <> 0
                    on conflict (tenant_id, audience, %3$s)
                        do update set number = s.number + excluded.number;
                delete from %1$I s
                    where s.number = 0
                        and s.tenant_id = current_setting('cocreate.tenant', true);
                return null;
            end
            $body$
            $f$,
            sums, event, keys, p_number, array_to_string(array[
                case when event <> 'delete' then format(
                    'select tenant_id, audience, %s, %I as number from made', keys, p_number) end,
                case when event <> 'insert' then format(
                    'select tenant_id, audience, %s, -%I as number from gone', keys, p_number) end],
                ' union all '));
        execute format(
            'create trigger %I after %s on %I referencing %s '
            'for each statement execute function %I()',
            sums || '_at_' || event, event, p_table,
            concat_ws(' ',
                case when event <> 'delete' then 'new table as made' end,
                case when event <> 'insert' then 'old table as gone' end),
            sums || '_at_' || event);
    end loop;
    execute format(
        $f$
        create function %1$s_sums(p_tenant text, p_audience smallint, p_position bigint)
            returns table (%2$s, number bigint)
            language sql stable
        begin atomic
            select %3$s, s.number from %1$s_sum s
                where s.tenant_id = p_tenant and s.audience = p_audience
            union all
            select %3$s, -c.%4$I from %1$s c
                where c.tenant_id = p_tenant and c.audience = p_audience
                    and c.known_from > p_position
            union all
            select %3$s, p.%4$I from %1$s_past p
                where p.tenant_id = p_tenant and p.audience = p_audience
                    and p.known_until > p_position and p.known_from <= p_position;
        end
        $f$,
        p_table, declared, keys, p_number);
end
$$;

-- Have the functions of a build that take filters planned for what they are given each time. A plan
-- made for any filter, position and size of a municipality is many times slower than its making.
create procedure cocreate.plan_each_time(p_schema text)
    language plpgsql
as $$
declare
    planned regprocedure;
begin
    for planned in
        select p.oid::regprocedure from pg_proc p
            join pg_language l on l.oid = p.prolang and l.lanname = 'plpgsql'
            where p.pronamespace = p_schema::regnamespace
                and p.proargnames && array['p_filter', 'p_position', 'p_until']
    loop
        execute format('alter function %s set plan_cache_mode = force_custom_plan', planned);
    end loop;
end
$$;

create procedure cocreate.guard_rows(p_table text)
    language plpgsql
as $$
begin
    execute format('alter table %I enable row level security', p_table);
    execute format('alter table %I force row level security', p_table);
    execute format(
        'create policy own_tenant on %I '
        'using (tenant_id = nullif(current_setting(''cocreate.tenant'', true), ''''))', p_table);
    execute format('grant select on %I to cocreate_app', p_table);
    execute format('grant select, insert, update, delete on %I to cocreate_projector', p_table);
end
$$;

-- "column = excluded.column" for each column of a table that is not of its key.
create function cocreate.assignments(p_table text)
    returns text
    language sql stable
as $$
    select string_agg(format('%1$I = excluded.%1$I', a.attname), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = p_table::regclass and a.attnum > 0 and not a.attisdropped
            and a.attname not in ('tenant_id', 'project_id', 'audience', 'id')
$$;

-- What follows goes past all tenants. Row-level security holds for the owner of the tables as well,
-- so each municipality has its turn.

-- Begin a new build in every log that holds something.
create procedure cocreate.begin_build(p_build integer)
    language plpgsql
as $$
declare
    tenant text;
begin
    for tenant in select m.tenant_id from cocreate.municipality m order by 1 loop
        perform set_config('cocreate.tenant', tenant, true);
        insert into cocreate.projection_checkpoint (tenant_id, build, complete)
            select h.tenant_id, p_build, false from cocreate.log_head h
                where h.tenant_id = tenant and h.position > 0
            on conflict do nothing;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;

-- Forget how far a build had come in every log, and the build itself.
create procedure cocreate.forget_build(p_build integer)
    language plpgsql
as $$
declare
    tenant text;
begin
    for tenant in select m.tenant_id from cocreate.municipality m order by 1 loop
        perform set_config('cocreate.tenant', tenant, true);
        delete from cocreate.projection_checkpoint c
            where c.tenant_id = tenant and c.build = p_build;
        delete from cocreate.projection_parked p
            where p.tenant_id = tenant and p.build = p_build;
    end loop;
    perform set_config('cocreate.tenant', '', true);
    delete from cocreate.read_model_build b where b.build = p_build;
end
$$;

-- The logs that builds are behind, and how many of their projects are done, of how many.
create function cocreate.read_rebuild_progress(p_builds integer[])
    returns table (tenant_id text, done bigint, total bigint)
    language plpgsql
as $$
#variable_conflict use_column
declare
    tenant text;
begin
    for tenant in select m.tenant_id from cocreate.municipality m order by 1 loop
        perform set_config('cocreate.tenant', tenant, true);
        return query
            select tenant,
                count(*) filter (where s.stream_id <= f.cursor or f.position > 0), count(*)
                from cocreate.log_head h
                cross join lateral (
                    select coalesce(min(c.position), 0) as position,
                        -- uuid has no min() before PostgreSQL 18
                        (array_agg(c.cursor order by c.position, c.cursor nulls first))[1] as cursor
                        from cocreate.projection_checkpoint c
                        where c.tenant_id = tenant and c.build = any(p_builds)) f
                join cocreate.stream s on s.tenant_id = tenant
                where h.tenant_id = tenant and h.position > f.position
                having count(*) > 0;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;

-- How far builds are behind in a log, or in every log where none is named; one after the other.
create function cocreate.read_lags(p_tenant text, p_builds integer[])
    returns table (
        tenant_id text, projection text, "position" bigint, head bigint, complete boolean,
        parked bigint)
    language plpgsql
as $$
#variable_conflict use_column
declare
    tenant text;
begin
    for tenant in
        select m.tenant_id from cocreate.municipality m
            where p_tenant is null or m.tenant_id = p_tenant order by 1
    loop
        perform set_config('cocreate.tenant', tenant, true);
        return query
            select tenant, b.name, coalesce(c.position, 0), h.position,
                coalesce(c.complete, true), (
                    select count(*) from cocreate.projection_parked p
                        where p.tenant_id = tenant and p.build = b.build)
                from cocreate.log_head h
                cross join cocreate.read_model_build b
                left join cocreate.projection_checkpoint c
                    on c.tenant_id = tenant and c.build = b.build
                where h.tenant_id = tenant and b.build = any(p_builds)
                order by b.name;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;

-- The projects that are parked in builds, in a log, or in every log where none is named.
create function cocreate.read_parked(p_tenant text, p_builds integer[])
    returns table (
        tenant_id text, projection text, project_id uuid, "position" bigint, reason text)
    language plpgsql
as $$
#variable_conflict use_column
declare
    tenant text;
begin
    for tenant in
        select m.tenant_id from cocreate.municipality m
            where p_tenant is null or m.tenant_id = p_tenant order by 1
    loop
        perform set_config('cocreate.tenant', tenant, true);
        return query
            select tenant, b.name, p.project_id, p.position, p.reason
                from cocreate.projection_parked p
                join cocreate.read_model_build b on b.build = p.build
                where p.tenant_id = tenant and p.build = any(p_builds)
                order by p.project_id, b.name;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;
