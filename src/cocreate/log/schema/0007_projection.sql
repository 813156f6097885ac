-- How far each read model has come in each log. The row lock on it is the lease: whoever holds it
-- folds that log into that model, and letting go needs no clock, not even after a crash.

create table cocreate.projection_checkpoint (
    tenant_id text not null,
    projection text not null,
    position bigint not null default 0,
    parked_at_position bigint,
    parked_reason text,
    primary key (tenant_id, projection)
) with (fillfactor = 50);

alter table cocreate.projection_checkpoint enable row level security;
alter table cocreate.projection_checkpoint force row level security;
create policy own_tenant on cocreate.projection_checkpoint
    using (tenant_id = nullif(current_setting('cocreate.tenant', true), ''));
create policy every_checkpoint on cocreate.projection_checkpoint for select
    to cocreate_projector using (true);

grant select on cocreate.projection_checkpoint to cocreate_app;
grant select, insert, update, delete on cocreate.projection_checkpoint to cocreate_projector;

-- The version each read model's tables were made for.

create table cocreate.read_model (
    name text primary key,
    version integer not null,
    sha256 bytea not null
);

grant select on cocreate.read_model to cocreate_app;

create function cocreate.read_checkpoint(p_tenant text, p_projection text)
    returns bigint
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (select c.position from cocreate.projection_checkpoint c
        where c.tenant_id = p_tenant and c.projection = p_projection);
end
$$;
