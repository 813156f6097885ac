-- The keys under which personal data is sealed, apart from the log: a schema of its own, so that a
-- backup of the log can leave it out. A key in an old backup would undo an erasure: see
-- docs/personal-data.md for how long backups of this schema may be kept.
--
-- Every key is wrapped by another: those of people by that of their municipality, those of
-- municipalities by the master key, which is in no database.

create schema cocreate_keys;
grant usage on schema cocreate_keys to cocreate_app;

-- The master keys in use, by name. They are of the installation, and no secret.

create table cocreate_keys.master (
    name text primary key,
    since timestamptz not null default now()
);

create table cocreate_keys.municipality (
    tenant_id text primary key,
    number integer not null,        -- counts the keys of a municipality: one more with every rotation
    master text not null,           -- the name of the master key that wrapped the two
    wrapped bytea not null,         -- the key that wraps the keys of people
    pepper bytea not null,          -- the key of fingerprints of commands: it stays when others rotate
    changed_at timestamptz not null default now()
);

create table cocreate_keys.person (
    tenant_id text not null,
    key_id text not null,
    project_id uuid not null,
    party text not null,
    number integer not null,        -- of the municipality's key that wrapped it
    wrapped bytea not null,
    primary key (tenant_id, key_id),
    unique (tenant_id, project_id, party)
) partition by hash (tenant_id);

-- They lie on shelves: after an erasure one is written anew, and the others are read meanwhile.

do $$
begin
    for shelf in 0 .. 15 loop
        execute format(
            'create table cocreate_keys.person_%s partition of cocreate_keys.person'
            ' for values with (modulus 16, remainder %s)', shelf, shelf);
    end loop;
end
$$;

create function cocreate_keys.shelf_of(p_tenant text) returns regclass
    language sql stable
    return (
        select format('cocreate_keys.person_%s', shelf)::regclass
            from generate_series(0, 15) as shelf
            where satisfies_hash_partition(
                'cocreate_keys.person'::regclass, 16, shelf, p_tenant));

-- Only who acts as the application itself gets at them: not even the projector, which is a member.

alter table cocreate_keys.master enable row level security;
alter table cocreate_keys.master force row level security;
create policy application on cocreate_keys.master using (current_user = 'cocreate_app');

do $$
declare
    guarded regclass;
begin
    for guarded in
        select c.oid from pg_class c
            where c.relnamespace = 'cocreate_keys'::regnamespace and c.relkind in ('r', 'p')
                and c.relname <> 'master'
    loop
        execute format('alter table %s enable row level security', guarded);
        execute format('alter table %s force row level security', guarded);
        execute format(
            'create policy own_tenant on %s using (current_user = ''cocreate_app'''
            ' and tenant_id = nullif(current_setting(''cocreate.tenant'', true), ''''))', guarded);
    end loop;
end
$$;

grant select, insert, delete on cocreate_keys.master to cocreate_app;
grant select, insert, update on cocreate_keys.municipality to cocreate_app;
grant select, insert, delete, update (number, wrapped) on cocreate_keys.person to cocreate_app;

-- The name of the master key is known before anything is wrapped by it.
create function cocreate_keys.know_master(p_master text) returns void
    language sql
begin atomic
    insert into cocreate_keys.master (name) values (p_master) on conflict do nothing;
end;

create function cocreate_keys.read_municipality(p_tenant text)
    returns setof cocreate_keys.municipality
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query select m.* from cocreate_keys.municipality m where m.tenant_id = p_tenant;
end
$$;

-- The first key of a municipality; whoever comes second finds the one that is there.

create function cocreate_keys.add_municipality(
    p_tenant text, p_master text, p_wrapped bytea, p_pepper bytea)
    returns setof cocreate_keys.municipality
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate_keys.municipality (tenant_id, number, master, wrapped, pepper)
        values (p_tenant, 1, p_master, p_wrapped, p_pepper)
        on conflict do nothing;
    return query select m.* from cocreate_keys.municipality m where m.tenant_id = p_tenant;
end
$$;

-- The keys of people, made where there are none. Nothing is given where the municipality's key
-- is no longer the one that wrapped what is offered. Mostly all have theirs, and nothing is written.

create function cocreate_keys.ensure(
    p_tenant text, p_number integer,
    p_project uuid[], p_party text[], p_key_id text[], p_wrapped bytea[])
    returns setof cocreate_keys.person
    language plpgsql
as $$
declare
    known integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    select count(*) into known
        from cocreate_keys.person p
            join unnest(p_project, p_party) as o (project_id, party) using (project_id, party)
        where p.tenant_id = p_tenant and p.number = p_number;
    if known < cardinality(p_key_id) then
        perform from cocreate_keys.municipality m
            where m.tenant_id = p_tenant and m.number = p_number for share;
        if not found then
            return;
        end if;
        insert into cocreate_keys.person (tenant_id, key_id, project_id, party, number, wrapped)
            select p_tenant, o.key_id, o.project_id, o.party, p_number, o.wrapped
                from unnest(p_key_id, p_project, p_party, p_wrapped)
                    as o (key_id, project_id, party, wrapped)
                order by o.project_id, o.party  -- in one order, so that two never wait for each other
            on conflict (tenant_id, project_id, party) do nothing;
    end if;
    return query
        select p.* from cocreate_keys.person p
            join unnest(p_project, p_party) as o (project_id, party) using (project_id, party)
            where p.tenant_id = p_tenant and p.number = p_number;
end
$$;

create function cocreate_keys.find(p_tenant text, p_key_id text[])
    returns setof cocreate_keys.person
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select p.* from cocreate_keys.person p
            where p.tenant_id = p_tenant and p.key_id = any (p_key_id);
end
$$;

create function cocreate_keys.find_of(p_tenant text, p_project uuid, p_party text)
    returns setof text
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select p.key_id from cocreate_keys.person p
            where p.tenant_id = p_tenant and p.project_id = p_project and p.party = p_party;
end
$$;

-- Destroys keys: what was sealed under them can be opened by nobody any more.

create function cocreate_keys.destroy(p_tenant text, p_key_id text[])
    returns integer
    language plpgsql
as $$
declare
    destroyed integer;
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    delete from cocreate_keys.person p where p.tenant_id = p_tenant and p.key_id = any (p_key_id);
    get diagnostics destroyed = row_count;
    return destroyed;
end
$$;

-- Rotation: the municipality is held until the end, and so is whoever makes a key of a person.

create function cocreate_keys.hold_municipality(p_tenant text)
    returns setof cocreate_keys.municipality
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select m.* from cocreate_keys.municipality m where m.tenant_id = p_tenant for update;
end
$$;

create function cocreate_keys.rewrap(
    p_tenant text, p_number integer, p_master text, p_wrapped bytea, p_pepper bytea,
    p_key_id text[], p_person bytea[])
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    update cocreate_keys.municipality m
        set number = p_number, master = p_master, wrapped = p_wrapped, pepper = p_pepper,
            changed_at = now()
        where m.tenant_id = p_tenant;
    update cocreate_keys.person p set number = p_number, wrapped = r.wrapped
        from unnest(p_key_id, p_person) as r (key_id, wrapped)
        where p.tenant_id = p_tenant and p.key_id = r.key_id;
end
$$;
