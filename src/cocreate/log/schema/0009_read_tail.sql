-- What a follower of a log is told, a page at a time: bounded in events looked at and in bytes, though
-- there is always one event if there is any. The public is told what is public; a publication that is
-- public brings the steps it published just before itself, at its own position ("at").
--
-- Every row tells how far the page looked ("reached"), where the log ends ("head") and how many events
-- would be told but for the bound in bytes ("total"); without any event there is one row, of nulls.
-- The head is read first, so all that stands before it is seen by the statement that follows.

create function cocreate.read_tail(
    p_tenant text, p_internal boolean, p_stream uuid, p_position bigint, p_step integer,
    p_events integer, p_bytes bigint)
    returns table (
        reached bigint, head bigint, total bigint, at bigint, step integer,
        tenant_id text, "position" bigint, stream_id uuid, version integer, recorded_at timestamptz,
        occurred_on date, schema_version smallint, public boolean, type text, actor text,
        actor_role text, data bytea
    )
    language plpgsql
    -- With a project or without: one plan would not serve both.
    set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    v_head bigint;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select h.position into v_head from cocreate.log_head h where h.tenant_id = p_tenant;
    return query
        with looked_at as materialized (
            select e.* from cocreate.event e
                where e.tenant_id = p_tenant and e.position > p_position
                    and (p_stream is null or e.stream_id = p_stream)
                order by e.position limit p_events
        ), publication as materialized (
            select l.position, l.stream_id, convert_from(l.data, 'UTF8')::jsonb -> 'steps' as steps
                from looked_at l
                where l.type = 'StepsPublished' and l.public and not p_internal
        ), told as (
            select l.position as at, null::integer as step, l.*
                from looked_at l
                where l.public or p_internal
            union all
            select p.position, e.version, e.*
                from publication p
                cross join lateral jsonb_array_elements_text(p.steps) as published (version)
                join cocreate.event e
                    on e.tenant_id = p_tenant and e.stream_id = p.stream_id
                        and e.version = published.version::integer and not e.public
                where p.position > p_position + 1 or e.version > p_step
        ), measured as (
            select t.*, count(*) over () as total,
                sum(octet_length(t.data)) over (order by t.at, t.step nulls last)
                    - octet_length(t.data) as bytes_before
                from told t
        ), extent as (
            select case
                    when count(*) = p_events then max(l.position)
                    else greatest(max(l.position), v_head, p_position)
                end as reached
                from looked_at l
        )
        select x.reached, v_head, m.total, m.at, m.step, m.tenant_id, m.position, m.stream_id,
            m.version, m.recorded_at, m.occurred_on, m.schema_version, m.public, m.type, m.actor,
            m.actor_role, m.data
            from extent x left join measured m on m.bytes_before < p_bytes
            order by m.at, m.step nulls last;
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
    return (select e.position from cocreate.event e
        where e.tenant_id = p_tenant and (e.public or p_internal)
            and (p_stream is null or e.stream_id = p_stream)
        order by e.position desc limit 1);
end
$$;
