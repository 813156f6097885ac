-- Keys that are limited to projects, that are rotated with an overlap, and that show their last use.
-- What was there stays as it was, for processes of the release before.

alter table cocreate.api_key
    add column projects uuid[],             -- where the role holds; null for the whole municipality
    add column replaces text,               -- the key in whose place it came
    add column family text,                 -- the first key of its line, null for that one itself
    add column retires_at timestamptz,      -- until when it is still valid beside its successor
    add column last_used_at timestamptz;

grant update (retires_at, last_used_at) on cocreate.api_key to cocreate_app;

create or replace function cocreate.find_api_key(p_tenant text, p_hash bytea)
    returns setof cocreate.api_key
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select k.* from cocreate.api_key k
            where k.tenant_id = p_tenant and k.hash = p_hash and k.revoked_at is null
                and (k.expires_at is null or k.expires_at > now())
                and (k.retires_at is null or k.retires_at > now());
end
$$;

create function cocreate.add_api_key(
    p_tenant text, p_hash bytea, p_id text, p_role text, p_label text, p_expires_at timestamptz,
    p_projects uuid[])
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.api_key (tenant_id, hash, id, role, label, expires_at, projects)
        values (p_tenant, p_hash, p_id, p_role, p_label, p_expires_at, p_projects);
end
$$;

-- Gives a key a successor that may do what it may, and lives as long unless another end is given.
-- Gives nothing where there is no such key that is valid, and a successor that is valid already
-- instead of a new one: whoever comes second waits, and finds it.

create function cocreate.rotate_api_key(
    p_tenant text, p_id text, p_hash bytea, p_new_id text, p_expires_at timestamptz,
    p_retires_at timestamptz)
    returns setof cocreate.api_key
    language plpgsql
as $$
declare
    old cocreate.api_key;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select k.* into old from cocreate.api_key k
        where k.tenant_id = p_tenant and k.id = p_id and k.revoked_at is null
            and (k.expires_at is null or k.expires_at > now())
            and (k.retires_at is null or k.retires_at > now())
        for update;
    if not found then
        return;
    end if;
    return query
        select k.* from cocreate.api_key k
            where k.tenant_id = p_tenant and k.replaces = p_id and k.revoked_at is null
                and (k.expires_at is null or k.expires_at > now())
            limit 1;
    if found then
        return;
    end if;
    update cocreate.api_key k set retires_at = p_retires_at
        where k.tenant_id = p_tenant and k.id = p_id;
    return query
        insert into cocreate.api_key as k
                (tenant_id, hash, id, role, label, expires_at, projects, replaces, family)
            values (p_tenant, p_hash, p_new_id, old.role, old.label,
                coalesce(p_expires_at, now() + (old.expires_at - old.created_at)),
                old.projects, old.id, coalesce(old.family, old.id))
            returning k.*;
end
$$;

-- When keys were last used, told every now and then by each process: the latest counts.

create function cocreate.note_key_uses(p_tenant text, p_id text[], p_used_at timestamptz[])
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    perform from cocreate.api_key k
        where k.tenant_id = p_tenant and k.id = any (p_id)
        order by k.id for no key update;  -- in one order, so that two never wait for each other
    update cocreate.api_key k set last_used_at = u.used_at
        from unnest(p_id, p_used_at) as u (id, used_at)
        where k.tenant_id = p_tenant and k.id = u.id
            and (k.last_used_at is null or k.last_used_at < u.used_at);
end
$$;

-- Who asked for approvals of a project. Keys of one line count as one.

create function cocreate.read_requesters(p_tenant text, p_stream uuid, p_approval text[])
    returns table (approval text, actor text)
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select r.approval, coalesce(k.family, r.actor)
            from (
                select convert_from(e.data, 'utf8')::jsonb ->> 'approval' as approval, e.actor
                    from cocreate.event e
                    where e.tenant_id = p_tenant and e.stream_id = p_stream
                        and e.type = 'ApprovalRequested'
            ) r
                left join cocreate.api_key k on k.tenant_id = p_tenant and k.id = r.actor
            where r.approval = any (p_approval);
end
$$;

create function cocreate.read_key_family(p_tenant text, p_id text)
    returns text
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (select k.family from cocreate.api_key k where k.tenant_id = p_tenant and k.id = p_id);
end
$$;

-- What someone did. There is no index for it, which every append would pay for: it is asked once in
-- a while, and goes past the log of one municipality.

create function cocreate.read_steps_of(p_tenant text, p_actor text, p_after bigint, p_limit integer)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.* from cocreate.event e
            where e.tenant_id = p_tenant and e.actor = p_actor and e.position > p_after
            order by e.position limit p_limit;
end
$$;
