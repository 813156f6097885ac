-- The tree of each log: a salt with each event, the tiles, and the last checkpoint that was signed.

-- 32 random bytes: what three random UUIDs hold, 366 bits, hashed to the 256 that are needed.
create function cocreate.new_salt() returns bytea
    language sql volatile parallel safe
    return sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()));

-- Only who is given the salt of an event can check the event against the tree, or guess at it. No
-- statement changes one afterwards. To give each event of before a salt of its own would write the whole
-- table anew, with nobody appending meanwhile: they have none, and theirs is made of a seed of their log.
-- So nothing here takes longer with more events: no default for what is there, and no look at all rows.
alter table cocreate.event
    add column salt bytea,
    add constraint event_salt_check check (length(salt) = 32) not valid;
alter table cocreate.event alter column salt set default cocreate.new_salt();

-- A seed is as secret as the salts that are made of it: whoever has some of these can tell no other.
create table cocreate.early_salt (
    tenant_id text primary key,
    seed bytea not null default cocreate.new_salt() check (length(seed) = 32)
);
insert into cocreate.early_salt (tenant_id) select m.tenant_id from cocreate.municipality m;
call cocreate.guard_tenant('cocreate.early_salt');
grant select on cocreate.early_salt to cocreate_app;
create trigger immutable before update or delete or truncate on cocreate.early_salt
    for each statement execute function cocreate.refuse_change();

-- The salt of an event that has none of its own. Both parts of what is hashed have a fixed length.
create function cocreate.early_salt(p_tenant text, p_position bigint) returns bytea
    language sql stable parallel safe
    return (select sha256(s.seed || int8send(p_position))
        from cocreate.early_salt s where s.tenant_id = p_tenant);

-- The release of before reads events without a salt, and goes on to while this one is rolled out.

drop function cocreate.read_stream(text, uuid, integer, integer, bigint);
drop function cocreate.read_log(text, bigint, integer);

create function cocreate.read_stream(
    p_tenant text, p_stream uuid, p_after integer, p_limit integer, p_up_to bigint)
    returns table (
        tenant_id text, "position" bigint, stream_id uuid, version integer, recorded_at timestamptz,
        occurred_on date, schema_version smallint, public boolean, type text, actor text,
        actor_role text, data bytea
    )
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
            e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data
            from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = p_stream and e.version > p_after
                and e.position <= p_up_to
            order by e.version limit p_limit;
end
$$;

create function cocreate.read_log(p_tenant text, p_after bigint, p_limit integer)
    returns table (
        tenant_id text, "position" bigint, stream_id uuid, version integer, recorded_at timestamptz,
        occurred_on date, schema_version smallint, public boolean, type text, actor text,
        actor_role text, data bytea
    )
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
            e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data
            from cocreate.event e
            where e.tenant_id = p_tenant and e.position > p_after
            order by e.position limit p_limit;
end
$$;

-- The same with the salt of each event, its own or that made of the seed.

create function cocreate.read_salted_stream(
    p_tenant text, p_stream uuid, p_after integer, p_limit integer, p_up_to bigint)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
            e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data,
            coalesce(e.salt, cocreate.early_salt(e.tenant_id, e.position))
            from cocreate.event e
            where e.tenant_id = p_tenant and e.stream_id = p_stream and e.version > p_after
                and e.position <= p_up_to
            order by e.version limit p_limit;
end
$$;

create function cocreate.read_salted_log(p_tenant text, p_after bigint, p_limit integer)
    returns setof cocreate.event
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
            e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data,
            coalesce(e.salt, cocreate.early_salt(e.tenant_id, e.position))
            from cocreate.event e
            where e.tenant_id = p_tenant and e.position > p_after
            order by e.position limit p_limit;
end
$$;

-- Make a role that the application acts as, whoever comes first, as in 0001.
create procedure cocreate.make_role(p_role text)
    language plpgsql
as $$
declare
    may_act text := case when current_setting('server_version_num')::integer >= 160000
        then 'set' else 'member' end;
begin
    begin
        execute format('create role %I nologin', p_role);
    exception when duplicate_object or unique_violation then
        null;
    end;
    if not pg_has_role(current_user, p_role, may_act) then
        begin
            execute format('grant %I to current_user', p_role);
        exception when unique_violation then
            null;
        end;
    end if;
end
$$;

-- cocreate_notary     grows the trees and signs for them; it may see how far each log has come
call cocreate.make_role('cocreate_notary');

-- The row lock on it is the lease: whoever holds it grows that tree, and letting go needs no clock.
-- The origin stays what it was when the tree began, whatever the address of the installation is later:
-- every entry commits to it.
create table cocreate.tree (
    tenant_id text primary key,
    origin text not null,
    size bigint not null default 0,
    peaks bytea[] not null default '{}',
    checkpoint bytea,
    signed_at timestamptz
);

-- A tile of hashes by its level, or with level -1 a bundle of entries; the last of each level is wider
-- from one checkpoint to the next.
create table cocreate.tile (
    tenant_id text not null,
    level smallint not null,
    number bigint not null,
    width smallint not null,
    content bytea not null,
    primary key (tenant_id, level, number)
);

-- Hashes do not get smaller by compressing them.
alter table cocreate.tile alter column content set storage external;

-- The last checkpoint that each witness cosigned: whole, with the signature of the log.
create table cocreate.cosigned_checkpoint (
    tenant_id text not null,
    witness text not null,
    size bigint not null,
    at bigint not null,
    checkpoint bytea not null,
    primary key (tenant_id, witness)
);

do $$
declare
    guarded text;
begin
    foreach guarded in array array['tree', 'tile', 'cosigned_checkpoint'] loop
        call cocreate.guard_tenant(format('cocreate.%I', guarded)::regclass);
        execute format('grant select on cocreate.%I to cocreate_app, cocreate_notary', guarded);
    end loop;
end
$$;

create policy every_tree on cocreate.tree for select to cocreate_notary using (true);
create policy every_head_to_sign on cocreate.log_head for select to cocreate_notary using (true);
grant usage on schema cocreate to cocreate_notary;
grant select on cocreate.event, cocreate.early_salt, cocreate.log_head, cocreate.municipality
    to cocreate_notary;
grant insert, update (size, peaks, checkpoint, signed_at) on cocreate.tree to cocreate_notary;
grant insert, update (width, content) on cocreate.tile to cocreate_notary;
grant insert, update on cocreate.cosigned_checkpoint to cocreate_app;

-- Whether a table is emptied of all that is of a municipality: by who owns it, and by saying so. No role
-- of the application owns any.
create function cocreate.is_destroying(p_table regclass) returns boolean
    language sql stable
    return current_setting('cocreate.destroying', true) <> ''
        and current_setting('cocreate.destroying', true) = current_setting('cocreate.tenant', true)
        and (select pg_has_role(current_user, c.relowner, 'usage')
            from pg_catalog.pg_class c where c.oid = p_table);

-- What was published once stays: trees and tiles only grow, whoever asks otherwise. A trigger says what
-- its table holds, since the table may be a shard, and have the name of one.

create function cocreate.require_growth() returns trigger
    language plpgsql
as $$
begin
    if tg_op = 'DELETE' and cocreate.is_destroying(tg_relid) then
        return old;
    elsif tg_op <> 'UPDATE' then
        raise exception 'trees only grow: % on % is refused', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    elsif tg_argv[0] = 'tree' then
        if new.size < old.size or new.origin <> old.origin
            or (new.size = old.size and new.peaks <> old.peaks) then
            raise exception 'the tree of % has % entries, and only grows', old.tenant_id, old.size
                using errcode = 'insufficient_privilege';
        end if;
    elsif new.width < old.width
        or substr(new.content, 1, length(old.content)) <> old.content then
        raise exception 'tile % of level % of % only grows', old.number, old.level, old.tenant_id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end
$$;

create trigger grows before update or delete on cocreate.tree
    for each row execute function cocreate.require_growth('tree');
create trigger grows before update or delete on cocreate.tile
    for each row execute function cocreate.require_growth('tile');
create trigger stays before truncate on cocreate.tree
    for each statement execute function cocreate.require_growth('tree');
create trigger stays before truncate on cocreate.tile
    for each statement execute function cocreate.require_growth('tile');

-- Lock the tree of a log and give it; none where another works on it. It begins with the first time.
create function cocreate.lease_tree(p_tenant text, p_origin text)
    returns table (origin text, size bigint, peaks bytea[], checkpoint bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    if not exists (select from cocreate.tree t where t.tenant_id = p_tenant) then
        insert into cocreate.tree (tenant_id, origin)
            select p_tenant, p_origin from cocreate.log_head h where h.tenant_id = p_tenant
            on conflict do nothing;
    end if;
    return query
        select t.origin, t.size, t.peaks, t.checkpoint
            from cocreate.tree t where t.tenant_id = p_tenant for update skip locked;
end
$$;

-- Grow a tree, under lease: its tiles, and the checkpoint that says so.
create function cocreate.grow_tree(
    p_tenant text, p_size bigint, p_peaks bytea[], p_checkpoint bytea, p_levels smallint[],
    p_numbers bigint[], p_widths smallint[], p_contents bytea[])
    returns void
    language plpgsql
as $$
declare
    moment constant timestamptz := clock_timestamp();
begin
    insert into cocreate.tile (tenant_id, level, number, width, content)
        select p_tenant, g.* from unnest(p_levels, p_numbers, p_widths, p_contents) as g
        on conflict (tenant_id, level, number) do update
            set width = excluded.width, content = excluded.content;
    update cocreate.tree t
        set size = p_size, peaks = p_peaks, checkpoint = p_checkpoint,
            signed_at = moment
        where t.tenant_id = p_tenant;
end
$$;

-- The tiles of a tree that are asked for, as wide as they are by now.
create function cocreate.read_tiles(p_tenant text, p_levels smallint[], p_numbers bigint[])
    returns table (level smallint, number bigint, width smallint, content bytea)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select t.level, t.number, t.width, t.content
            from unnest(p_levels, p_numbers) as g (level, number)
            join cocreate.tile t on t.tenant_id = p_tenant and t.level = g.level
                and t.number = g.number;
end
$$;

-- The tree of a log as it was signed last.
create function cocreate.read_tree(p_tenant text)
    returns table (origin text, size bigint, checkpoint bytea, signed_at timestamptz)
    language plpgsql
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select t.origin, t.size, t.checkpoint, t.signed_at
            from cocreate.tree t where t.tenant_id = p_tenant;
end
$$;

-- Keep the checkpoint that a witness cosigned, unless it cosigned a later one.
create function cocreate.keep_cosigned(
    p_tenant text, p_witness text, p_size bigint, p_at bigint, p_checkpoint bytea)
    returns void
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    insert into cocreate.cosigned_checkpoint as c (tenant_id, witness, size, at, checkpoint)
        values (p_tenant, p_witness, p_size, p_at, p_checkpoint)
        on conflict (tenant_id, witness) do update
            set size = excluded.size, at = excluded.at, checkpoint = excluded.checkpoint
            where (c.size, c.at) < (excluded.size, excluded.at);
end
$$;

-- The largest checkpoint that witnesses cosigned: once for each of them.
create function cocreate.read_cosigned(p_tenant text)
    returns setof bytea
    language plpgsql
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select c.checkpoint from cocreate.cosigned_checkpoint c
            where c.tenant_id = p_tenant and c.size = (
                select max(m.size) from cocreate.cosigned_checkpoint m
                    where m.tenant_id = p_tenant)
            order by c.witness;
end
$$;
