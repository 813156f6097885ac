-- Append a batch of commands to the log of one tenant, in one transaction and one round trip.
--
-- The first arrays have one element per command, the last ones one per event, command by command.
-- A command is taken when its history is at the version it expects, counting what commands before
-- it in the same batch add. Commands on one history in one batch must build on each other: one
-- behind a refused one is refused with it. Each history is judged by itself, and a key may come
-- only once. Outcomes, one row per command, in order:
--   taken      position and version are those of its last event
--   repeated   its key was used before: fingerprint, position, version and ids are of that time
--   conflict   version is where the history stands

create function cocreate.append(
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
    set plan_cache_mode = force_generic_plan  -- planning anew would cost more than running it
as $$
#variable_conflict use_column
declare
    head_position bigint;
    moment timestamptz;
begin
    perform set_config('cocreate.tenant', p_tenant, true);

    -- The lock that makes this tenant's appends one after another, and those of others none.
    select h.position, greatest(clock_timestamp(), h.recorded_at)
        into head_position, moment
        from log_head h where h.tenant_id = p_tenant for update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;

    return query
    with asked as (
        select a.*, sum(a.events) over (order by a.ord) - a.events as skip
            from unnest(
                p_stream, p_expected, p_events, p_key, p_fingerprint, p_ids, p_actor, p_actor_role
            ) with ordinality as a (
                stream_id, expected, events, key, fingerprint, ids, actor, actor_role, ord
            )
    ),
    placed as (
        select a.*,
            c.fingerprint as first_fingerprint,
            c.position as first_position,
            c.version as first_version,
            c.ids as first_ids,
            coalesce(s.version, 0) as stood,
            a.expected = coalesce(s.version, 0)
                + sum(a.events) over (partition by a.stream_id order by a.ord) - a.events
                and c.key is null
                and (a.key is null
                    or row_number() over (partition by a.key order by a.ord) = 1) as fits
            from asked a
            -- One look-up by key for each command: the fence of "offset 0" keeps a plan made for
            -- small tables from reading all of them once they are large.
            left join lateral (
                select * from command c
                    where c.tenant_id = p_tenant and c.key = a.key offset 0) c on true
            left join lateral (
                select * from stream s
                    where s.tenant_id = p_tenant and s.stream_id = a.stream_id offset 0) s on true
    ),
    judged as (
        select p.*,
            bool_and(p.fits) over (
                partition by p.stream_id order by p.ord rows unbounded preceding) as taken
            from placed p
    ),
    counted as (
        select j.*,
            head_position + coalesce(
                sum(j.events) filter (where j.taken) over (order by j.ord), 0) as last_position
            from judged j
    ),
    recorded as (
        insert into event (
            tenant_id, position, stream_id, version, recorded_at, occurred_on, schema_version,
            public, type, actor, actor_role, data
        )
        select p_tenant,
            k.last_position - k.events + (e.ord - k.skip),
            k.stream_id,
            k.expected + (e.ord - k.skip)::integer,
            moment, e.occurred_on, e.schema_version, e.public, e.type, k.actor, k.actor_role, e.data
            from counted k
            cross join lateral (
                select n.ord, p_type[n.ord] as type, p_schema_version[n.ord] as schema_version,
                    p_occurred_on[n.ord] as occurred_on, p_public[n.ord] as public,
                    p_data[n.ord] as data
                    from generate_series(k.skip + 1, k.skip + k.events) as n (ord)
            ) e
            where k.taken
    ),
    advanced as (
        insert into stream as s (tenant_id, stream_id, version)
        select p_tenant, k.stream_id, max(k.expected + k.events)
            from counted k where k.taken group by k.stream_id
        on conflict (tenant_id, stream_id) do update set version = excluded.version
    ),
    remembered as (
        insert into command (tenant_id, key, fingerprint, stream_id, version, position, ids)
        select p_tenant, k.key, k.fingerprint, k.stream_id, k.expected + k.events,
            k.last_position, k.ids
            from counted k where k.taken and k.key is not null
    ),
    moved as (
        update log_head h set position = m.position, recorded_at = moment
            from (select max(k.last_position) as position from counted k where k.taken) m
            where h.tenant_id = p_tenant and m.position is not null
    )
    select
        case when k.taken then 'taken'
            when k.first_position is not null then 'repeated'
            else 'conflict' end,
        case when k.taken then k.last_position else k.first_position end,
        case when k.taken then k.expected + k.events
            else coalesce(k.first_version, k.stood) end,
        moment,
        k.first_fingerprint,
        k.first_ids
        from counted k order by k.ord;
end
$$;

-- Hold the log of a tenant until the transaction ends: nobody else appends to it meanwhile.
create function cocreate.hold_log(p_tenant text) returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate.log_head h where h.tenant_id = p_tenant for update;
    if not found then
        raise exception 'unknown municipality %', p_tenant using errcode = 'no_data_found';
    end if;
end
$$;
