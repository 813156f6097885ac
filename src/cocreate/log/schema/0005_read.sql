-- Reads set the tenant and query in one go: one round trip under row-level security.

-- A history from its snapshot on, or after a version. The snapshot comes first, as a row with no type.
create function cocreate.read_history(p_tenant text, p_stream uuid, p_after integer, p_schema smallint)
    returns table (
        "position" bigint, version integer, recorded_at timestamptz, occurred_on date,
        schema_version smallint, public boolean, type text, data bytea
    )
    language plpgsql
as $$
#variable_conflict use_column
declare
    found_version integer;
    found_state bytea;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if p_schema is not null then
        -- Once and for all: another process may replace the snapshot while this runs.
        select s.version, s.state into found_version, found_state
            from cocreate.snapshot s
            where s.tenant_id = p_tenant and s.stream_id = p_stream
                and s.version > p_after and s.schema_version = p_schema;
    end if;
    if found_version is not null then
        return query
            select null::bigint, found_version, null::timestamptz, null::date, p_schema,
                null::boolean, null::text, found_state;
    end if;
    return query
        select e.position, e.version, e.recorded_at, e.occurred_on, e.schema_version, e.public,
            e.type, e.data
            from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = p_stream
                and e.version > coalesce(found_version, p_after)
            order by e.version;
end
$$;

-- The events of one history, a page at a time, as they were recorded.
create function cocreate.read_stream(
    p_tenant text, p_stream uuid, p_after integer, p_limit integer, p_up_to bigint)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.* from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = p_stream and e.version > p_after
                and e.position <= p_up_to
            order by e.version limit p_limit;
end
$$;

-- The log of a tenant from a position on.
create function cocreate.read_log(p_tenant text, p_after bigint, p_limit integer)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.* from cocreate.event e
            where e.tenant_id = p_tenant and e.position > p_after
            order by e.position limit p_limit;
end
$$;

-- How far a log has come; at a moment, the last position recorded by then. Null for no such tenant.
create function cocreate.read_head(p_tenant text, p_at timestamptz)
    returns bigint
    language plpgsql
as $$
declare
    low bigint := 0;
    high bigint;
    middle bigint;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position into high from cocreate.log_head h where h.tenant_id = p_tenant;
    if high is null or p_at is null then
        return high;
    end if;
    -- recorded_at never goes back as positions go up: halve until the last one by then is found.
    while low < high loop
        middle := (low + high + 1) / 2;
        if (select e.recorded_at <= p_at from cocreate.event e
                where e.tenant_id = p_tenant and e.position = middle) then
            low := middle;
        else
            high := middle - 1;
        end if;
    end loop;
    return low;
end
$$;

create function cocreate.read_command(p_tenant text, p_key text)
    returns setof cocreate.command
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select c.* from cocreate.command c where c.tenant_id = p_tenant and c.key = p_key;
end
$$;

create function cocreate.write_snapshot(
    p_tenant text, p_stream uuid, p_version integer, p_schema smallint, p_state bytea)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.snapshot as s (tenant_id, stream_id, version, schema_version, state)
        values (p_tenant, p_stream, p_version, p_schema, p_state)
        on conflict (tenant_id, stream_id) do update
            set version = excluded.version, schema_version = excluded.schema_version,
                state = excluded.state
            where s.version < excluded.version or s.schema_version < excluded.schema_version;
end
$$;

create function cocreate.read_version(p_tenant text, p_stream uuid)
    returns integer
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (select s.version from cocreate.stream s
        where s.tenant_id = p_tenant and s.stream_id = p_stream);
end
$$;
