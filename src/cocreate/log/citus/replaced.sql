-- What stands in for functions that Citus cannot plan, or would plan badly.

-- The same as in 0004_append.sql, one command after the other: statements that write several tables at
-- once cannot go to a shard as they are.
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
    moment timestamptz;
    head bigint;            -- before this batch
    head_position bigint;
    done integer := 0;      -- how many events earlier commands have
    seen uuid[] := '{}';    -- the histories of this batch, and of each of them:
    began integer[] := '{}';    -- where it stood before
    reached integer[] := '{}';  -- where it stands now
    refused boolean[] := '{}';  -- whether a command on it was refused
    known command;
    stood integer;
    at integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position, greatest(clock_timestamp(), h.recorded_at)
        into head_position, moment
        from log_head h where h.tenant_id = p_tenant for update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;

    head := head_position;
    append.recorded_at := moment;
    for n in 1 .. cardinality(p_stream) loop
        at := array_position(seen, p_stream[n]);
        if at is null then
            at := cardinality(seen) + 1;
            seen[at] := p_stream[n];
            select s.version into stood
                from stream s where s.tenant_id = p_tenant and s.stream_id = p_stream[n];
            began[at] := coalesce(stood, 0);
            reached[at] := began[at];
            refused[at] := false;
        end if;
        known := null;
        if p_key[n] is not null then
            select c.* into known from command c
                where c.tenant_id = p_tenant and c.key = p_key[n] and c.position <= head;
        end if;
        append.position := known.position;
        append.fingerprint := known.fingerprint;
        append.ids := known.ids;

        if known.key is null and not refused[at] and p_expected[n] = reached[at]
            and (p_key[n] is null or array_position(p_key[:n - 1], p_key[n]) is null)
        then
            outcome := 'taken';
            append.position := head_position + p_events[n];
            append.version := p_expected[n] + p_events[n];
            for e in 1 .. p_events[n] loop
                insert into event (
                    tenant_id, position, stream_id, version, recorded_at, occurred_on,
                    schema_version, public, type, actor, actor_role, data
                ) values (
                    p_tenant, head_position + e, p_stream[n], p_expected[n] + e, moment,
                    p_occurred_on[done + e], p_schema_version[done + e], p_public[done + e],
                    p_type[done + e], p_actor[n], p_actor_role[n], p_data[done + e]
                );
            end loop;
            if p_key[n] is not null then
                insert into command (
                    tenant_id, key, fingerprint, stream_id, version, position, ids
                ) values (
                    p_tenant, p_key[n], p_fingerprint[n], p_stream[n], append.version,
                    append.position, p_ids[n]
                );
            end if;
            head_position := append.position;
            reached[at] := append.version;
        else
            refused[at] := true;
            outcome := case when known.key is null then 'conflict' else 'repeated' end;
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
    update log_head h set position = head_position, recorded_at = moment
        where h.tenant_id = p_tenant and h.position < head_position;
end
$$;
