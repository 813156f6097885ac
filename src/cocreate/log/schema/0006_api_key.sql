-- Keys are kept as hashes only. The operator's keys stand under the tenant '*', which is no
-- municipality and has no log.

create table cocreate.api_key (
    tenant_id text not null,
    hash bytea not null,
    id text not null,
    role text not null,
    label text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, hash),
    unique (tenant_id, id)
);

alter table cocreate.api_key enable row level security;
alter table cocreate.api_key force row level security;
create policy own_tenant on cocreate.api_key
    using (tenant_id = nullif(current_setting('cocreate.tenant', true), ''));

grant select, insert, update (revoked_at) on cocreate.api_key to cocreate_app;

create function cocreate.find_api_key(p_tenant text, p_hash bytea)
    returns setof cocreate.api_key
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select k.* from cocreate.api_key k
            where k.tenant_id = p_tenant and k.hash = p_hash and k.revoked_at is null
                and (k.expires_at is null or k.expires_at > now());
end
$$;

create function cocreate.list_api_keys(p_tenant text)
    returns setof cocreate.api_key
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query select k.* from cocreate.api_key k where k.tenant_id = p_tenant order by k.created_at;
end
$$;

create function cocreate.add_api_key(
    p_tenant text, p_hash bytea, p_id text, p_role text, p_label text, p_expires_at timestamptz)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.api_key (tenant_id, hash, id, role, label, expires_at)
        values (p_tenant, p_hash, p_id, p_role, p_label, p_expires_at);
end
$$;

create function cocreate.revoke_api_key(p_tenant text, p_id text)
    returns boolean
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate.api_key k set revoked_at = now()
        where k.tenant_id = p_tenant and k.id = p_id and k.revoked_at is null;
    return found;
end
$$;
