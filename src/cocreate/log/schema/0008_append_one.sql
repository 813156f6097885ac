-- Append a single command: the same as cocreate.append with a batch of one, in a few look-ups by
-- key instead of one statement over sets. A municipality with little traffic sends no other.

create function cocreate.append_one(
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
#variable_conflict use_column
declare
    events constant integer := cardinality(p_type);
    head_position bigint;
    stood integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position, greatest(clock_timestamp(), h.recorded_at)
        into head_position, append_one.recorded_at
        from cocreate.log_head h where h.tenant_id = p_tenant for update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;

    if p_key is not null then
        select 'repeated', c.position, c.version, c.fingerprint, c.ids
            into outcome, append_one.position, append_one.version, append_one.fingerprint,
                append_one.ids
            from cocreate.command c where c.tenant_id = p_tenant and c.key = p_key;
        if found then
            return;
        end if;
    end if;

    select s.version into stood
        from cocreate.stream s where s.tenant_id = p_tenant and s.stream_id = p_stream;
    if coalesce(stood, 0) <> p_expected then
        outcome := 'conflict';
        append_one.version := coalesce(stood, 0);
        return;
    end if;

    outcome := 'taken';
    append_one.position := head_position + events;
    append_one.version := p_expected + events;
    for n in 1 .. events loop
        insert into cocreate.event (
            tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
            public, type, actor, actor_role, data
        ) values (
            p_tenant, head_position + n, p_stream, p_expected + n, append_one.recorded_at,
            p_occurred_on[n], p_schema_version[n], p_public[n], p_type[n], p_actor, p_actor_role,
            p_data[n]
        );
    end loop;
    if stood is null then
        insert into cocreate.stream (tenant_id, stream_id, version)
            values (p_tenant, p_stream, append_one.version);
    else
        update cocreate.stream s set version = append_one.version
            where s.tenant_id = p_tenant and s.stream_id = p_stream;
    end if;
    if p_key is not null then
        insert into cocreate.command (
            tenant_id, key, fingerprint, stream_id, version, position, ids
        ) values (
            p_tenant, p_key, p_fingerprint, p_stream, append_one.version, append_one.position, p_ids
        );
    end if;
    update cocreate.log_head h
        set position = append_one.position, recorded_at = append_one.recorded_at
        where h.tenant_id = p_tenant;
end
$$;
