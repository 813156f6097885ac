-- The log: one row per event, numbered 1..n per tenant. Nobody but the owner of the database could
-- change a row, and triggers below refuse even that.

create table cocreate.event (
    tenant_id text not null,
    position bigint not null,
    stream_id uuid not null,
    version integer not null,
    recorded_at timestamptz not null,
    occurred_on date not null,
    schema_version smallint not null,
    public boolean not null,
    type text not null,
    actor text not null,
    actor_role text not null,
    data bytea not null,
    primary key (tenant_id, position),
    unique (tenant_id, stream_id, version)
);

-- One row per history: how far it has come.

create table cocreate.stream (
    tenant_id text not null,
    stream_id uuid not null,
    version integer not null,
    primary key (tenant_id, stream_id)
) with (fillfactor = 70);

-- One row per command with an idempotency key: what it was, and what it was answered.

create table cocreate.command (
    tenant_id text not null,
    key text not null,
    fingerprint bytea not null,
    stream_id uuid not null,
    version integer not null,
    position bigint not null,
    ids bytea not null,
    primary key (tenant_id, key)
);

-- What a history came to at some version: a shortcut, never a source.

create table cocreate.snapshot (
    tenant_id text not null,
    stream_id uuid not null,
    version integer not null,
    schema_version smallint not null,
    state bytea not null,
    primary key (tenant_id, stream_id)
);

do $$
declare
    guarded text;
begin
    foreach guarded in array array['event', 'stream', 'command', 'snapshot'] loop
        execute format('alter table cocreate.%I enable row level security', guarded);
        execute format('alter table cocreate.%I force row level security', guarded);
        execute format(
            'create policy own_tenant on cocreate.%I '
            'using (tenant_id = nullif(current_setting(''cocreate.tenant'', true), ''''))', guarded);
    end loop;
end
$$;

grant select, insert on cocreate.event, cocreate.command to cocreate_app;
grant select, insert, update on cocreate.stream, cocreate.snapshot to cocreate_app;

create function cocreate.refuse_change() returns trigger
    language plpgsql
as $$
begin
    raise exception 'events are immutable: % on % is refused', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end
$$;

create trigger immutable before update or delete or truncate on cocreate.event
    for each statement execute function cocreate.refuse_change();
create trigger immutable before update or delete or truncate on cocreate.command
    for each statement execute function cocreate.refuse_change();
