-- What a follower of a log is told, a page at a time: bounded in events looked at, in events told
-- and in bytes, though there is always one event if there is any. The public is told what is public;
-- a publication that is public brings the steps it published just before itself, at its own position
-- ("at").
--
-- Every row tells how far the page looked ("reached"), where the log ends ("head") and whether events
-- it found were left for the next page ("cut"); without any event there is one row, of nulls.
-- The head is read first, so all that stands before it is seen by the statement that follows.

create function cocreate.read_tail(
    p_tenant text, p_internal boolean, p_stream uuid, p_position bigint, p_step integer,
    p_events integer, p_bytes bigint)
    returns table (
        reached bigint, head bigint, cut boolean, at bigint, step integer,
        tenant_id text, "position" bigint, stream_id uuid, version integer, recorded_at timestamptz,
        occurred_on date, schema_version smallint, public boolean, type text, actor text,
        actor_role text, data bytea, salt bytea
    )
    language plpgsql
    -- With a project or without: one plan would not serve both.
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_head bigint;
    v_after integer := 0;
    v_last integer;
    v_middle integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position into v_head from cocreate.log_head h where h.tenant_id = p_tenant;
    if p_stream is not null then
        -- A project's versions go up with its positions: halve until the last one by then is found,
        -- so that a page reads only its own events, by the index on versions.
        select coalesce(max(e.version), 0) into v_last
            from cocreate.event e where e.tenant_id = p_tenant and e.stream_id = p_stream;
        while v_after < v_last loop
            v_middle := (v_after + v_last + 1) / 2;
            if (select e.position <= p_position from cocreate.event e
                    where e.tenant_id = p_tenant and e.stream_id = p_stream
                        and e.version = v_middle) then
                v_after := v_middle;
            else
                v_last := v_middle - 1;
            end if;
        end loop;
    end if;
    return query
        with found as materialized (
            (select e.* from cocreate.event e
                where p_stream is null and e.tenant_id = p_tenant and e.position > p_position
                order by e.position limit p_events)
            union all
            (select e.* from cocreate.event e
                where e.tenant_id = p_tenant and e.stream_id = p_stream and e.version > v_after
                order by e.version limit p_events)
        ), opened as materialized (
            select f.*,
                case when f.type = 'StepsPublished' and f.public and not p_internal
                    then convert_from(f.data, 'UTF8')::jsonb -> 'steps' end as steps
                from found f
        ), measured as (
            select o.*, sum(jsonb_array_length(o.steps)) over (order by o.position) as opens
                from opened o
        ), looked_at as materialized (
            -- Up to the publication with which there are steps enough for a page.
            select m.* from measured m
                where coalesce(m.opens - jsonb_array_length(m.steps), m.opens, 0) < p_events
        ), told as (
            select l.position as at, null::integer as step, l.tenant_id, l.position, l.stream_id,
                l.version, l.recorded_at, l.occurred_on, l.schema_version, l.public, l.type,
                l.actor, l.actor_role, l.data,
                coalesce(l.salt, cocreate.early_salt(l.tenant_id, l.position)) as salt
                from looked_at l
                where l.public or p_internal
            union all
            select l.position, p.version, p.tenant_id, p.position, p.stream_id, p.version,
                p.recorded_at, p.occurred_on, p.schema_version, p.public, p.type, p.actor,
                p.actor_role, p.data,
                coalesce(p.salt, cocreate.early_salt(p.tenant_id, p.position))
                from looked_at l
                cross join lateral (
                    -- In order and with a bound, so that one large publication costs a page no more
                    -- than what the page holds of it.
                    select e.*
                        from (
                            select s.version::integer as version
                                from jsonb_array_elements_text(l.steps) as s (version)
                                where l.position > p_position + 1 or s.version::integer > p_step
                                order by 1
                        ) s
                        cross join lateral (
                            select * from cocreate.event e
                                where e.tenant_id = p_tenant and e.stream_id = l.stream_id
                                    and e.version = s.version and not e.public
                                offset 0
                        ) e
                        limit p_events + 1
                ) p
                where l.steps is not null
        ), counted as (
            select t.*,
                row_number() over w as number,
                sum(octet_length(t.data)) over w - octet_length(t.data) as bytes_before,
                count(*) over () as total
                from told t
                window w as (order by t.at, t.step nulls last rows unbounded preceding)
        ), kept as (
            select c.* from counted c
                where c.bytes_before < p_bytes and c.number <= p_events
        ), extent as (
            select case
                    when (select count(*) from found) = p_events
                        or count(*) < (select count(*) from found)
                        then max(l.position)
                    else greatest(max(l.position), v_head)
                end as reached
                from looked_at l
        )
        select x.reached, v_head, coalesce(k.total > count(k.at) over (), false), k.at, k.step,
            k.tenant_id, k.position, k.stream_id, k.version, k.recorded_at, k.occurred_on,
            k.schema_version, k.public, k.type, k.actor, k.actor_role, k.data, k.salt
            from extent x left join kept k on true
            order by k.at, k.step nulls last;
end
$$;

-- The last position that a follower can have been told of, null for none.
create function cocreate.read_last_told(p_tenant text, p_internal boolean, p_stream uuid)
    returns bigint
    language plpgsql
    set plan_cache_mode = force_custom_plan
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if p_stream is null then
        return (select e.position from cocreate.event e
            where e.tenant_id = p_tenant and (e.public or p_internal)
            order by e.position desc limit 1);
    end if;
    return (select e.position from cocreate.event e
        where e.tenant_id = p_tenant and e.stream_id = p_stream and (e.public or p_internal)
        order by e.version desc limit 1);
end
$$;
