-- What stands in for functions that Citus cannot plan, or would plan badly.

-- Put events of one history after a position and a version. One by one costs the least where they are few.
-- Where they are many they go at once: never in a conflict, since the head of the log is held, but
-- without saying what to do in one they would be copied, which row-level security refuses.
create or replace function cocreate.put_events(
    p_tenant text, p_stream uuid, p_position bigint, p_version integer, p_moment timestamptz,
    p_actor text, p_actor_role text, p_type text[], p_schema_version smallint[],
    p_occurred_on date[], p_public boolean[], p_data bytea[])
    returns void
    language plpgsql
    set search_path = cocreate, pg_temp
as $$
declare
    events constant integer := cardinality(p_type);
    put integer;
begin
    if events <= 20 then
        for e in 1 .. events loop
            insert into event (
                tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
                public, type, actor, actor_role, data, salt
            ) values (
                p_tenant, p_position + e, p_stream, p_version + e, p_moment, p_occurred_on[e],
                p_schema_version[e], p_public[e], p_type[e], p_actor, p_actor_role, p_data[e],
                new_salt()
            );
        end loop;
        return;
    end if;
    insert into event (
        tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
        public, type, actor, actor_role, data, salt
    )
    select p_tenant, p_position + g.e, p_stream, p_version + g.e::integer, p_moment, g.occurred_on,
        g.schema_version, g.public, g.type, p_actor, p_actor_role, g.data, new_salt()
        from unnest(p_type, p_schema_version, p_occurred_on, p_public, p_data) with ordinality
            as g (type, schema_version, occurred_on, public, data, e)
        on conflict do nothing;
    get diagnostics put = row_count;
    if put <> events then
        raise exception 'the log of % has other events than its head says', p_tenant
            using errcode = 'unique_violation';
    end if;
end
$$;

-- The same as in 0013_subscription.sql, one command after the other: statements that write several
-- tables at once cannot go to a shard as they are.
create or replace function cocreate.append(
    p_tenant text,
    p_stream uuid[],
    p_expected integer[],
    p_events integer[],
    p_key text[],
    p_fingerprint bytea[],
    p_ids bytea[],
    p_actor text[],
    p_actor_role text[],
    p_type text[],
    p_schema_version smallint[],
    p_occurred_on date[],
    p_public boolean[],
    p_data bytea[]
) returns table (
    outcome text,
    "position" bigint,
    version integer,
    recorded_at timestamptz,
    fingerprint bytea,
    ids bytea
)
    language plpgsql
    set search_path = cocreate, pg_temp
as $$
#variable_conflict use_column
declare
    head log_head;
    plan subscription;
    moment timestamptz;
    today date;
    head_position bigint;
    v_counted integer;      -- the events of today, of those that were taken
    v_projects integer;
    asked integer;          -- what was asked of the two, of those that fit
    started integer;
    any_taken boolean := false;
    done integer := 0;      -- how many events earlier commands have
    seen uuid[] := '{}';        -- the histories of this batch, and of each of them:
    began integer[] := '{}';    -- where it stood before
    stands integer[] := '{}';   -- where it would stand if all were taken
    reached integer[] := '{}';  -- where it stands
    fitted boolean[] := '{}';   -- whether all commands on it built on each other,
    taken boolean[] := '{}';    -- and were taken
    known command;
    stood integer;
    types text[];
    counts boolean;
    starting integer;
    refused text;
    at integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.* into head
        from log_head h where h.tenant_id = p_tenant for no key update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;
    select s.* into plan from subscription s where s.tenant_id = p_tenant;
    moment := greatest(clock_timestamp(), head.recorded_at);
    today := amsterdam_day(moment);
    head_position := head.position;
    v_counted := case when head.counted_on = today then head.counted else 0 end;
    v_projects := head.projects;
    if v_projects is null and 'ProjectStarted' = any(p_type) then
        v_projects := count_projects(p_tenant);
    end if;
    asked := v_counted;
    started := v_projects;

    append.recorded_at := moment;
    for n in 1 .. cardinality(p_stream) loop
        types := p_type[done + 1:done + p_events[n]];
        counts := not (types <@ housekeeping());
        starting := cardinality(array_positions(types, 'ProjectStarted'));
        at := array_position(seen, p_stream[n]);
        if at is null then
            at := cardinality(seen) + 1;
            seen[at] := p_stream[n];
            select s.version into stood
                from stream s where s.tenant_id = p_tenant and s.stream_id = p_stream[n];
            began[at] := coalesce(stood, 0);
            stands[at] := began[at];
            reached[at] := began[at];
            fitted[at] := true;
            taken[at] := true;
        end if;
        known := null;
        if p_key[n] is not null then
            select c.* into known from command c
                where c.tenant_id = p_tenant and c.key = p_key[n] and c.position <= head.position;
        end if;

        fitted[at] := fitted[at] and known.key is null and p_expected[n] = stands[at]
            and (p_key[n] is null or array_position(p_key[:n - 1], p_key[n]) is null);
        stands[at] := stands[at] + p_events[n];
        refused := null;
        if fitted[at] then
            started := started + starting;
            if counts then
                asked := asked + p_events[n];
                refused := case
                    when not plan.accepts then 'suspended'
                    when plan.last_day < today then 'leaving'
                    when starting > 0 and plan.projects < started then 'projects'
                    when plan.events_per_day < asked then 'events'
                end;
            end if;
        end if;
        taken[at] := taken[at] and fitted[at] and refused is null;

        append.position := known.position;
        append.fingerprint := known.fingerprint;
        append.ids := known.ids;
        if taken[at] then
            outcome := 'taken';
            append.position := head_position + p_events[n];
            append.version := p_expected[n] + p_events[n];
            perform put_events(
                p_tenant, p_stream[n], head_position, p_expected[n], moment, p_actor[n],
                p_actor_role[n], types, p_schema_version[done + 1:done + p_events[n]],
                p_occurred_on[done + 1:done + p_events[n]],
                p_public[done + 1:done + p_events[n]], p_data[done + 1:done + p_events[n]]);
            if p_key[n] is not null then
                insert into command (
                    tenant_id, key, fingerprint, stream_id, version, position, ids
                ) values (
                    p_tenant, p_key[n], p_fingerprint[n], p_stream[n], append.version,
                    append.position, p_ids[n]
                );
            end if;
            any_taken := true;
            head_position := append.position;
            reached[at] := append.version;
            v_projects := v_projects + starting;
            if counts then
                v_counted := v_counted + p_events[n];
            end if;
        else
            outcome := case when known.key is null then coalesce(refused, 'conflict')
                else 'repeated' end;
            append.version := coalesce(known.version, began[at]);
        end if;
        return next;
        done := done + p_events[n];
    end loop;

    for n in 1 .. cardinality(seen) loop
        if reached[n] > began[n] then
            insert into stream as s (tenant_id, stream_id, version)
                values (p_tenant, seen[n], reached[n])
                on conflict (tenant_id, stream_id) do update set version = excluded.version;
        end if;
    end loop;
    if any_taken then
        update log_head h
            set position = head_position, recorded_at = moment, counted_on = today,
                counted = v_counted, projects = v_projects
            where h.tenant_id = p_tenant;
    end if;
end
$$;

-- The append of a single command: the same as a batch of one.
create or replace function cocreate.append_one(
    p_tenant text,
    p_stream uuid,
    p_expected integer,
    p_key text,
    p_fingerprint bytea,
    p_ids bytea,
    p_actor text,
    p_actor_role text,
    p_type text[],
    p_schema_version smallint[],
    p_occurred_on date[],
    p_public boolean[],
    p_data bytea[],
    out outcome text,
    out "position" bigint,
    out version integer,
    out recorded_at timestamptz,
    out fingerprint bytea,
    out ids bytea
)
    language plpgsql
as $$
begin
    select a.outcome, a.position, a.version, a.recorded_at, a.fingerprint, a.ids
        into outcome, append_one.position, append_one.version, append_one.recorded_at,
            append_one.fingerprint, append_one.ids
        from cocreate.append(
            p_tenant, array[p_stream], array[p_expected], array[cardinality(p_type)],
            array[p_key], array[p_fingerprint], array[p_ids], array[p_actor],
            array[p_actor_role], p_type, p_schema_version, p_occurred_on, p_public, p_data) a;
end
$$;

-- Without the shards of tables, which are of the table that they are of, and without the directory.
create or replace function cocreate.tables_of_tenants() returns setof regclass
    language sql stable
begin atomic
    select c.oid::regclass
        from pg_catalog.pg_dist_partition d
        join pg_catalog.pg_class c on c.oid = d.logicalrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where d.partmethod = 'h' and not c.relispartition
        order by n.nspname = 'cocreate' and c.relname in ('projection_checkpoint', 'tree') desc,
            n.nspname = 'cocreate' and c.relname = 'log_head', n.nspname, c.relname;
end;
