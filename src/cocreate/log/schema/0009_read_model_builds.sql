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

create sequence cocreate.read_model_build_number as integer;

create table cocreate.read_model_build (
    build integer primary key,
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
--
-- "revision" counts how often rows were made anew at a position that they were at already: what was
-- answered at that position before may be answered otherwise since.

create table cocreate.projection_checkpoint (
    tenant_id text not null,
    build integer not null,
    position bigint not null default 0,
    complete boolean not null default true,
    target bigint,
    cursor uuid,
    revision bigint not null default 0,
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

-- Let a transaction see and write in a table what is of the tenant that it names, and nothing else:
-- even where it is the owner's.
create procedure cocreate.guard_tenant(p_table regclass)
    language plpgsql
as $$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format('alter table %s force row level security', p_table);
    execute format(
        'create policy own_tenant on %s '
        'using (tenant_id = nullif(current_setting(''cocreate.tenant'', true), ''''))', p_table);
end
$$;

do $$
declare
    guarded text;
begin
    foreach guarded in array array['projection_checkpoint', 'projection_parked'] loop
        call cocreate.guard_tenant(format('cocreate.%I', guarded)::regclass);
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
    -- In a statement of its own, as wherever both are asked: the list of builds is not of a tenant.
    used constant integer[] := array(
        select b.build from cocreate.read_model_build b where b.build = any(p_builds) and b.in_use);
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select count(*) into present from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.build = any(p_builds);
    if present < cardinality(p_builds) then
        insert into cocreate.projection_checkpoint (tenant_id, build)
            select p_tenant, b from cocreate.log_head h cross join unnest(p_builds) as b
                where h.tenant_id = p_tenant
            on conflict do nothing;
    end if;
    return query
        select l.build, l.position, l.complete, l.target, l.cursor,
            (select count(*) from cocreate.projection_parked p
                where p.tenant_id = p_tenant and p.build = l.build),
            l.build = any(used)
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
    language plpgsql
as $$
begin
    update cocreate.projection_checkpoint c
        set position = p_position, complete = c.complete or p_complete
        where c.tenant_id = p_tenant and c.build = any(p_builds);
end
$$;

-- Say that builds are about to have rows of a project made anew, and give how far each of them is
-- with it. Nobody takes them further until the transaction is over.
create function cocreate.revise(p_tenant text, p_builds integer[], p_project uuid)
    returns table (build integer, "position" bigint)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.build = any(p_builds)
        order by c.build for update;
    return query
        update cocreate.projection_checkpoint c set revision = c.revision + 1
            where c.tenant_id = p_tenant and c.build = any(p_builds)
            -- One that is being brought up is past its position in the first projects.
            returning c.build, case when p_project <= c.cursor then c.target else c.position end;
end
$$;

-- How far builds have come in a log, all of them, how often they were revised in all, and which may
-- not be read from yet. One that has not begun with a log is as far as an empty one.
create function cocreate.read_checkpoint(p_tenant text, p_builds integer[])
    returns table ("position" bigint, revision bigint, incomplete integer[])
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select min(coalesce(c.position, 0)), sum(coalesce(c.revision, 0))::bigint,
            array_agg(b order by b) filter (where not c.complete)
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
-- audience is 0 for what the public knows and 1 for what those inside know. Columns that the database
-- generates are not written.
create procedure cocreate.keep_rows(p_table text)
    language plpgsql
as $$
begin
    execute format('alter table %I add primary key (tenant_id, project_id, id, audience)', p_table);
    execute format('alter table %I set (fillfactor = 80)', p_table);
    call cocreate.guard_rows(p_table);
    call cocreate.make_record(p_table);
    execute format(
        $f$
        create function write_%1$s(p_tenant text, p_rows %1$s_record[]) returns void
            language plpgsql set search_path from current
        as $body$
        begin
            insert into %1$I (%3$s) select * from unnest(p_rows)
                on conflict (tenant_id, project_id, id, audience) do update set %2$s;
        end
        $body$
        $f$,
        p_table, cocreate.assignments(p_table), cocreate.written(p_table));
    execute format(
        $f$
        create function forget_%1$s(
            p_tenant text, p_projects uuid[], p_ids text[], p_audiences smallint[])
            returns void
            language plpgsql set search_path from current
        as $body$
        begin
            delete from %1$I t
                using unnest(p_projects, p_ids, p_audiences) as g (project_id, id, audience)
                where t.tenant_id = p_tenant and t.project_id = g.project_id
                    and t.id = g.id and t.audience = g.audience;
        end
        $body$
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
    -- A version ends once, so this does nothing. On a cluster rows would be copied without it, which
    -- row-level security refuses.
    once constant text := 'on conflict (tenant_id, project_id, id, audience, known_from) '
        'do update set known_until = excluded.known_until';
begin
    call cocreate.keep_rows(p_table);
    execute format(
        'create table %I (like %I including generated, known_until bigint not null)', past, p_table);
    execute format(
        'alter table %I add primary key (tenant_id, project_id, id, audience, known_from)', past);
    execute format('create index on %I (tenant_id, audience, known_until, known_from)', past);
    call cocreate.guard_rows(past);
    call cocreate.make_record(past);
    execute format(
        'create view %I with (security_invoker = true) as '
        'select *, 9223372036854775807 as known_until from %I union all select * from %I',
        p_table || '_known', p_table, past);
    execute format(
        'grant select on %I to cocreate_app, cocreate_projector', p_table || '_known');
    execute format(
        $f$
        create function write_%1$s(p_tenant text, p_rows %1$s_record[]) returns void
            language plpgsql set search_path from current
        as $body$
        begin
            insert into %1$I (%2$s) select * from unnest(p_rows)
                %3$s;
        end
        $body$
        $f$,
        past, cocreate.written(past), once);
    -- Ends the versions that are known now at a position each; those that begin there, in the same
    -- step, never were.
    execute format(
        $f$
        create function end_%1$s(
            p_tenant text, p_projects uuid[], p_ids text[], p_audiences smallint[],
            p_until bigint[])
            returns void
            language plpgsql set search_path from current
        as $body$
        begin
            insert into %2$I (%3$s, known_until)
                select %4$s, g.known_until
                    from unnest(p_projects, p_ids, p_audiences, p_until)
                        as g (project_id, id, audience, known_until)
                    join %1$I t on t.tenant_id = p_tenant
                        and t.project_id = g.project_id and t.id = g.id
                        and t.audience = g.audience and t.known_from < g.known_until
                %5$s;
        end
        $body$
        $f$,
        p_table, past, cocreate.written(p_table),
        -- The tenant is told as it was given, so that it is known before the rows are.
        replace(cocreate.written(p_table, 't.'), 't.tenant_id', 'p_tenant'), once);
end
$$;

-- The fields of a row that have one of some names.
create function cocreate.told(p_row jsonb, p_names text[]) returns jsonb
    language sql immutable strict
begin atomic
    select coalesce(jsonb_object_agg(e.key, e.value), '{}')
        from jsonb_each(p_row) e where e.key = any(p_names);
end;

-- Find the versions of a table by the position that made them; once, whatever it is wanted for.
create procedure cocreate.index_known_from(p_table text)
    language plpgsql
as $$
begin
    execute format(
        'create index if not exists %I on %I (tenant_id, audience, known_from)',
        p_table || '_known_from', p_table);
end
$$;

-- Let a table that keeps every version tell which rows are known otherwise at one position than at
-- an earlier one, by some of their columns: a page at a time, in the order in which they became so.
--
-- It goes along the log in windows of some hundreds of changes, which indexes find, so that a page
-- costs what it tells, however long the log is. The few rows of a project are taken as one window.
create procedure cocreate.tell_changes(p_table text)
    language plpgsql
as $$
declare
    past text := p_table || '_past';
begin
    call cocreate.index_known_from(p_table);
    call cocreate.index_known_from(past);
    execute format(
        $f$
        create function changes_%1$s(
            p_tenant text, p_audience smallint, p_from bigint, p_until bigint, p_project uuid,
            p_columns text[], p_after_position bigint, p_after_project uuid, p_after_id text,
            p_limit integer)
            returns table (
                changed_at bigint, project_id uuid, id text, before jsonb, after jsonb)
            language plpgsql stable set search_path from current
        as $body$
        #variable_conflict use_column
        declare
            size constant integer := greatest(p_limit, 200);
            reached bigint := greatest(p_from, p_after_position - 1);
            up_to bigint := p_until;
            left_to_tell bigint := p_limit;
            told bigint;
        begin
            perform set_config('cocreate.tenant', p_tenant, true);
            while reached < p_until and left_to_tell > 0 loop
                if p_project is null then
                    up_to := least(
                        p_until,
                        (select t.known_from from %1$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_from > reached
                            order by t.known_from offset size limit 1),
                        (select t.known_from from %2$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_from > reached
                            order by t.known_from offset size limit 1),
                        (select t.known_until from %2$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_until > reached
                            order by t.known_until offset size limit 1));
                end if;
                return query
                    with touched as (
                        select t.project_id, t.id from %1$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_from > reached and t.known_from <= up_to
                                and (p_project is null or t.project_id = p_project)
                        union
                        select t.project_id, t.id from %2$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_from > reached and t.known_from <= up_to
                                and t.known_until > p_until
                                and (p_project is null or t.project_id = p_project)
                        union
                        select t.project_id, t.id from %2$I t
                            where t.tenant_id = p_tenant and t.audience = p_audience
                                and t.known_until > reached and t.known_until <= up_to
                                and (p_project is null or t.project_id = p_project)
                    ),
                    compared as (
                        -- Without the fences of "offset 0", the planner may rather compare all
                        -- rows that were known then.
                        select coalesce(n.known_from, (
                                select max(o.known_until) from %2$I o
                                    where o.tenant_id = p_tenant and o.audience = p_audience
                                        and o.project_id = t.project_id and o.id = t.id
                                        and o.known_until <= p_until)) as changed_at,
                            t.project_id, t.id, b.told as before, n.told as after
                            from touched t
                            left join lateral (
                                select cocreate.told(to_jsonb(r), p_columns) as told
                                    from %1$s_known r
                                    where r.tenant_id = p_tenant and r.project_id = t.project_id
                                        and r.id = t.id and r.audience = p_audience
                                        and r.known_from <= p_from and r.known_until > p_from
                                    offset 0) b on true
                            left join lateral (
                                select r.known_from, cocreate.told(to_jsonb(r), p_columns) as told
                                    from %1$s_known r
                                    where r.tenant_id = p_tenant and r.project_id = t.project_id
                                        and r.id = t.id and r.audience = p_audience
                                        and r.known_from <= p_until and r.known_until > p_until
                                    offset 0) n on true
                    )
                    select c.* from compared c
                        -- Each row is told where it changed last.
                        where c.changed_at > reached and c.changed_at <= up_to
                            and c.before is distinct from c.after
                            and (c.changed_at, c.project_id, c.id)
                                > (p_after_position, p_after_project, p_after_id)
                        order by c.changed_at, c.project_id, c.id
                        limit left_to_tell;
                get diagnostics told = row_count;
                left_to_tell := left_to_tell - told;
                reached := up_to;
            end loop;
        end
        $body$
        $f$,
        p_table, past);
end
$$;

-- The columns of a query over a row "r" of a table but for the last, "number": their names, those of a
-- relation "c", and as they are declared.
create function cocreate.columns_counted(
    p_table text, p_counts text, out keys text, out counted text, out declared text)
    language plpgsql
as $$
begin
    execute format(
        'create temporary view counted_columns as select c.* from %I r cross join lateral (%s) c',
        p_table, p_counts);
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum),
            string_agg('c.' || quote_ident(a.attname), ', ' order by a.attnum),
            string_agg(
                format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                order by a.attnum)
        into strict keys, counted, declared
        from pg_attribute a
        where a.attrelid = 'counted_columns'::regclass and a.attname <> 'number';
    drop view counted_columns;
end
$$;

-- After statements on a table that make rows, or end some, do what "p_body" says with what they change of
-- the sums in another: "changed", an array of its rows, by some columns first of all; and the "tenant"
-- whose they all are. An array, since what a statement made and ended cannot be read where another table
-- is written on a cluster.
create procedure cocreate.after_changes(
    p_function text, p_table text, p_counts text, p_sums text, p_by text, p_body text)
    language plpgsql
as $$
declare
    columns record := cocreate.columns_counted(p_table, p_counts);
    event text;
begin
    foreach event in array array['insert', 'update', 'delete'] loop
        execute format(
            $f$
            create function %1$I() returns trigger
                language plpgsql set search_path from current
            as $body$
            declare
                changed %2$I[] := array(
                    select row(%3$s, sum(c.number)::bigint)::%2$I
                        from (%4$s) c group by %3$s having sum(c.number) <> 0);
                tenant text := changed[1].tenant_id;
            begin
                if tenant is not null then
                    %5$s
                end if;
                return null;
            end
            $body$
            $f$,
            p_function || '_at_' || event, p_sums, p_by || ', ' || columns.counted,
            array_to_string(array[
                case when event <> 'delete' then format(
                    'select r.tenant_id, r.audience, r.project_id, %s, c.number '
                    'from made r cross join lateral (%s) c', columns.counted, p_counts) end,
                case when event <> 'insert' then format(
                    'select r.tenant_id, r.audience, r.project_id, %s, -c.number as number '
                    'from gone r cross join lateral (%s) c', columns.counted, p_counts) end],
                ' union all '),
            p_body);
        execute format(
            'create trigger %1$I after %2$s on %3$I referencing %4$s '
            'for each statement execute function %1$I()',
            p_function || '_at_' || event, event, p_table,
            concat_ws(' ',
                case when event <> 'delete' then 'new table as made' end,
                case when event <> 'insert' then 'old table as gone' end));
    end loop;
end
$$;

-- Let <name>_since tell what was counted since a position, to take sums of now back to it: less what was
-- made since, with what ended since.
create procedure cocreate.tell_since(p_name text, p_table text, p_counts text)
    language plpgsql
as $$
declare
    columns record := cocreate.columns_counted(p_table, p_counts);
begin
    call cocreate.index_known_from(p_table);
    execute format(
        $f$
        create function %1$s_since(p_tenant text, p_audience smallint, p_position bigint)
            returns table (project_id uuid, %2$s, number bigint)
            language sql stable
        begin atomic
            select r.project_id, %3$s, -c.number from %4$I r cross join lateral (%6$s) c
                where r.tenant_id = p_tenant and r.audience = p_audience
                    and r.known_from > p_position
            union all
            select r.project_id, %3$s, c.number from %5$I r cross join lateral (%6$s) c
                where r.tenant_id = p_tenant and r.audience = p_audience
                    and r.known_until > p_position and r.known_from <= p_position;
        end
        $f$,
        p_name, columns.declared, columns.counted, p_table, p_table || '_past', p_counts);
end
$$;

-- Keep sums over the rows of a table that keeps versions, with every change of them. "p_counts" is a
-- query over a row "r" that says what it counts for: columns to add up by, and in the end "number".
-- The table <name> has the sums over the rows of now. As known at a position, the function <name>s
-- gives them in parts that are still to be added up. It takes the longer the more was since, not the
-- more there is.
create procedure cocreate.keep_sums(p_name text, p_table text, p_counts text)
    language plpgsql
as $$
declare
    columns record := cocreate.columns_counted(p_table, p_counts);
begin
    execute format(
        'create table %I (tenant_id text not null, audience smallint not null, %s, '
        'number bigint not null, unique nulls not distinct (tenant_id, audience, %s))',
        p_name, columns.declared, columns.keys);
    execute format('create index on %I (tenant_id) where number = 0', p_name);
    call cocreate.guard_rows(p_name);
    call cocreate.tell_since(p_name, p_table, p_counts);
    call cocreate.after_changes(p_name, p_table, p_counts, p_name, 'c.tenant_id, c.audience', format(
        $f$
        insert into %1$I as s
            select tenant, c.audience, %3$s, c.number from unnest(changed) c
            on conflict (tenant_id, audience, %2$s)
                do update set number = s.number + excluded.number;
        delete from %1$I s where s.tenant_id = tenant and s.number = 0;
        $f$,
        p_name, columns.keys, columns.counted));
    execute format(
        $f$
        create function %1$ss(p_tenant text, p_audience smallint, p_position bigint)
            returns table (%2$s, number bigint)
            language sql stable
        begin atomic
            select %3$s, c.number from %1$I c
                where c.tenant_id = p_tenant and c.audience = p_audience
            union all
            select %3$s, c.number from %1$s_since(p_tenant, p_audience, p_position) c;
        end
        $f$,
        p_name, columns.declared, columns.counted);
end
$$;

-- The same, with the number of projects that a sum rests on as "projects". None of the columns to add up
-- by may be null. What each project adds is kept in <name>_of.
create procedure cocreate.keep_project_sums(p_name text, p_table text, p_counts text)
    language plpgsql
as $$
declare
    columns record := cocreate.columns_counted(p_table, p_counts);
    of text := p_name || '_of';
begin
    execute format(
        'create table %I (tenant_id text not null, audience smallint not null, %s, '
        'number bigint not null, projects bigint not null, primary key (tenant_id, audience, %s))',
        p_name, columns.declared, columns.keys);
    execute format(
        'create table %I (tenant_id text not null, project_id uuid not null, '
        'audience smallint not null, %s, number bigint not null, '
        'primary key (tenant_id, project_id, audience, %s))',
        of, columns.declared, columns.keys);
    execute format('create index on %I (tenant_id) where number = 0', p_name);
    execute format('create index on %I (tenant_id) where number = 0', of);
    call cocreate.guard_rows(p_name);
    call cocreate.guard_rows(of);
    call cocreate.tell_since(p_name, p_table, p_counts);
    call cocreate.after_changes(
        p_name, p_table, p_counts, of, 'c.tenant_id, c.project_id, c.audience', format(
        $f$
        insert into %4$I as s
            select tenant, c.project_id, c.audience, %3$s, c.number from unnest(changed) c
            on conflict (tenant_id, project_id, audience, %2$s)
                do update set number = s.number + excluded.number;
        insert into %1$I as s
            select tenant, c.audience, %3$s, sum(c.number),
                sum((o.number > 0)::integer - (o.number > c.number)::integer)
                from unnest(changed) c
                -- One look-up by key for each, whatever the planner reckons.
                cross join lateral (
                    select o.number from %4$I o
                        where o.tenant_id = tenant and o.project_id = c.project_id
                            and o.audience = c.audience and (%5$s) = (%3$s)
                        offset 0) o
                group by c.audience, %3$s
            on conflict (tenant_id, audience, %2$s) do update
                set number = s.number + excluded.number, projects = s.projects + excluded.projects;
        delete from %1$I s where s.tenant_id = tenant and s.number = 0;
        delete from %4$I s where s.tenant_id = tenant and s.number = 0;
        $f$,
        p_name, columns.keys, columns.counted, of, replace(columns.counted, 'c.', 'o.')));
    execute format(
        $f$
        create function %1$ss(p_tenant text, p_audience smallint, p_position bigint)
            returns table (%2$s, number bigint, projects bigint)
            language sql stable
        begin atomic
            select %3$s, c.number, c.projects from %1$I c
                where c.tenant_id = p_tenant and c.audience = p_audience
            union all
            select %3$s, c.number,
                (coalesce(n.number, 0) + c.number > 0)::integer
                    - (coalesce(n.number, 0) > 0)::integer
                from (
                    select c.project_id, %3$s, sum(c.number)::bigint as number
                        from %1$s_since(p_tenant, p_audience, p_position) c
                        group by c.project_id, %3$s having sum(c.number) <> 0) c
                left join (
                    select * from %4$I n
                        where n.tenant_id = p_tenant and n.audience = p_audience) n
                    using (project_id, %5$s);
        end
        $f$,
        p_name, columns.declared, columns.counted, of, columns.keys);
end
$$;

-- The value at a place in a row of values, from the two that it stands between.
create function cocreate.between(p_before integer, p_after integer, p_at double precision)
    returns double precision
    language sql immutable
begin atomic
    select p_before + (p_after - p_before) * (p_at - floor(p_at));
end;

-- How days are spread that are counted: so many of each. Exactly what percentile_cont and avg would say
-- of them one by one.
create function cocreate.spread(p_days integer[], p_numbers bigint[])
    returns table (
        number bigint, mean numeric, median double precision, p90 double precision,
        longest integer)
    language sql immutable
begin atomic
    select coalesce(max(r.up_to), 0)::bigint, sum(r.days * r.number) / max(r.up_to),
        cocreate.between(
            min(r.days) filter (where r.up_to > floor(r.at_median)),
            min(r.days) filter (where r.up_to > ceil(r.at_median)), max(r.at_median)),
        cocreate.between(
            min(r.days) filter (where r.up_to > floor(r.at_p90)),
            min(r.days) filter (where r.up_to > ceil(r.at_p90)), max(r.at_p90)),
        max(r.days)
        from (
            select d.days, d.number,
                sum(d.number) over (order by d.days rows unbounded preceding) as up_to,
                0.5::double precision * (sum(d.number) over () - 1)::double precision as at_median,
                0.9::double precision * (sum(d.number) over () - 1)::double precision as at_p90
                from (
                    select c.days, sum(c.number) as number
                        from unnest(p_days, p_numbers) as c (days, number)
                        where c.days is not null
                        group by c.days having sum(c.number) <> 0) d) r;
end;

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
    call cocreate.guard_tenant(format('%I', p_table)::regclass);
    execute format('grant select on %I to cocreate_app', p_table);
    execute format('grant select, insert, update, delete on %I to cocreate_projector', p_table);
end
$$;

-- The columns of a table that are written, in order: all but those that the database generates.
create function cocreate.written(p_table text, p_before text default '')
    returns text
    language sql stable
as $$
    select string_agg(p_before || format('%I', a.attname), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = p_table::regclass and a.attnum > 0 and not a.attisdropped
            and a.attgenerated = ''
$$;

-- Make the type of the records in which rows of a table are written: <table>_record.
create procedure cocreate.make_record(p_table text)
    language plpgsql
as $$
begin
    execute format('create type %I as (%s)', p_table || '_record', (
        select string_agg(
            format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
            from pg_attribute a
            where a.attrelid = p_table::regclass and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = ''));
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
            and a.attgenerated = ''
            and a.attname not in ('tenant_id', 'project_id', 'audience', 'id')
$$;

-- Begin a new build in a log that holds something.
create function cocreate.begin_build_in(p_tenant text, p_build integer) returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.projection_checkpoint (tenant_id, build, complete)
        select p_tenant, p_build, false from cocreate.log_head h
            where h.tenant_id = p_tenant and h.position > 0
        on conflict do nothing;
end
$$;

-- Forget how far a build had come in a log.
create function cocreate.forget_build_in(p_tenant text, p_build integer) returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.build = p_build;
    delete from cocreate.projection_parked p
        where p.tenant_id = p_tenant and p.build = p_build;
end
$$;

-- Hold the checkpoints of builds in a log until the transaction ends: nobody takes them further.
create function cocreate.hold_checkpoints(p_tenant text, p_builds integer[]) returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.build = any(p_builds)
        order by c.build for update;
end
$$;

-- How many projects of a log are done in builds that are behind it, of how many; no row if none is.
create function cocreate.read_rebuild_progress_in(p_tenant text, p_builds integer[])
    returns table (tenant_id text, done bigint, total bigint)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select p_tenant,
            count(*) filter (where s.stream_id <= f.cursor or f.position > 0), count(*)
            from cocreate.log_head h
            cross join lateral (
                select coalesce(min(c.position), 0) as position,
                    -- uuid has no min() before PostgreSQL 18
                    (array_agg(c.cursor order by c.position, c.cursor nulls first))[1] as cursor
                    from cocreate.projection_checkpoint c
                    where c.tenant_id = p_tenant and c.build = any(p_builds)) f
            join cocreate.stream s on s.tenant_id = p_tenant
            where h.tenant_id = p_tenant and h.position > f.position
            having count(*) > 0;
end
$$;

-- How far builds are behind in a log.
create function cocreate.read_lags_in(p_tenant text, p_builds integer[])
    returns table (
        tenant_id text, projection text, "position" bigint, head bigint, complete boolean,
        parked bigint)
    language plpgsql
as $$
#variable_conflict use_column
declare
    builds integer[];
    names text[];
begin
    select array_agg(b.build), array_agg(b.name) into builds, names
        from cocreate.read_model_build b where b.build = any(p_builds);
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select p_tenant, b.name, coalesce(c.position, 0), h.position,
            coalesce(c.complete, true), (
                select count(*) from cocreate.projection_parked p
                    where p.tenant_id = p_tenant and p.build = b.build)
            from cocreate.log_head h
            cross join unnest(builds, names) as b (build, name)
            left join cocreate.projection_checkpoint c
                on c.tenant_id = p_tenant and c.build = b.build
            where h.tenant_id = p_tenant
            order by b.name;
end
$$;

-- The projects of a log that are parked in builds.
create function cocreate.read_parked_in(p_tenant text, p_builds integer[])
    returns table (
        tenant_id text, projection text, project_id uuid, "position" bigint, reason text)
    language plpgsql
as $$
#variable_conflict use_column
declare
    builds integer[];
    names text[];
begin
    select array_agg(b.build), array_agg(b.name) into builds, names
        from cocreate.read_model_build b where b.build = any(p_builds);
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select p_tenant, b.name, p.project_id, p.position, p.reason
            from cocreate.projection_parked p
            join unnest(builds, names) as b (build, name) on b.build = p.build
            where p.tenant_id = p_tenant
            order by p.project_id, b.name;
end
$$;

-- What follows goes past all tenants, and is therefore not given one as p_tenant. Row-level security
-- holds for the owner of the tables as well, so each municipality has its turn.

-- Begin a new build in every log that holds something.
create procedure cocreate.begin_build(p_build integer)
    language plpgsql
as $$
declare
    tenant text;
begin
    for tenant in select m.tenant_id from cocreate.municipality m order by 1 loop
        perform from cocreate.begin_build_in(tenant, p_build);
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
        perform from cocreate.forget_build_in(tenant, p_build);
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
        return query select r.* from cocreate.read_rebuild_progress_in(tenant, p_builds) r;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;

-- How far builds are behind in a log, or in every log where none is named; one after the other.
create function cocreate.read_lags(p_only text, p_builds integer[])
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
            where p_only is null or m.tenant_id = p_only order by 1
    loop
        return query select r.* from cocreate.read_lags_in(tenant, p_builds) r;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;

-- The projects that are parked in builds, in a log, or in every log where none is named.
create function cocreate.read_parked(p_only text, p_builds integer[])
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
            where p_only is null or m.tenant_id = p_only order by 1
    loop
        return query select r.* from cocreate.read_parked_in(tenant, p_builds) r;
    end loop;
    perform set_config('cocreate.tenant', '', true);
end
$$;
