-- What took several statements of one tenant becomes one call, which can go as it is to where the
-- tenant's tables are.

-- The head of the log of a municipality, at its beginning.
create function cocreate.begin_log(p_tenant text) returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.log_head (tenant_id) values (p_tenant)
        on conflict (tenant_id) do nothing;
end
$$;

-- The directory is written as its owner, and the log as who asks: on a cluster, what a transaction did in
-- a table as one role it cannot go on with as another.
create function cocreate.add_to_directory(p_code text, p_name text) returns void
    language plpgsql
    security definer
    set search_path = cocreate, pg_temp
as $$
begin
    insert into municipality (tenant_id, name) values (p_code, p_name)
        on conflict (tenant_id) do nothing;
end
$$;

create or replace function cocreate.register_municipality(p_tenant text, p_name text) returns void
    language plpgsql
as $$
begin
    perform cocreate.add_to_directory(p_tenant, p_name);
    perform from cocreate.begin_log(p_tenant);
end
$$;

-- The events of a project that everyone may see: recorded as public, or made public since.
create function cocreate.read_public_stream(
    p_tenant text, p_stream uuid, p_after integer, p_limit integer)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with published as (
            select jsonb_array_elements_text(
                    convert_from(p.data, 'UTF8')::jsonb -> 'steps')::integer as version
                from cocreate.event p
                where p.tenant_id = p_tenant and p.stream_id = p_stream
                    and p.type = 'StepsPublished' and p.public
        )
        select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
            e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data,
            coalesce(e.salt, cocreate.early_salt(e.tenant_id, e.position)) as salt
            from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = p_stream and e.version > p_after
                and (e.public or e.version in (select p.version from published p))
            order by e.version
            limit p_limit;
end
$$;

-- The snapshot of a history; no row where there is none.
create function cocreate.read_snapshot(p_tenant text, p_stream uuid)
    returns table (version integer, schema_version smallint, state bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.version, s.schema_version, s.state from cocreate.snapshot s
            where s.tenant_id = p_tenant and s.stream_id = p_stream;
end
$$;
