-- The directory of tenants: public by nature, so it has no row-level security.

create table cocreate.municipality (
    tenant_id text primary key check (tenant_id ~ '^GM[0-9]{4}$'),
    name text not null
);

grant select on cocreate.municipality to cocreate_app;

-- The head of each log. Whoever appends holds the lock on this row until commit, so positions
-- follow the order of commits and have no gaps.

create table cocreate.log_head (
    tenant_id text primary key,
    position bigint not null default 0,
    recorded_at timestamptz not null default '-infinity'
);

-- Each transaction says whose log it works in; one that says nothing (the setting is unset, or empty
-- once a transaction that set it has ended) sees and writes nothing.
alter table cocreate.log_head enable row level security;
alter table cocreate.log_head force row level security;
create policy own_tenant on cocreate.log_head
    using (tenant_id = nullif(current_setting('cocreate.tenant', true), ''));
create policy every_head on cocreate.log_head for select to cocreate_projector using (true);

grant select, insert, update (position, recorded_at) on cocreate.log_head to cocreate_app;

create function cocreate.register_municipality(p_tenant text, p_name text) returns void
    language plpgsql
    security definer
    set search_path = cocreate, pg_temp
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into municipality (tenant_id, name) values (p_tenant, p_name)
        on conflict (tenant_id) do nothing;
    insert into log_head (tenant_id) values (p_tenant)
        on conflict (tenant_id) do nothing;
end
$$;
