-- The events of a project that everyone may see: recorded as public, or made public since.
--
-- $1 municipality, $2 project, $3 after this version, $4 how many at most

with published as (
    select jsonb_array_elements_text(convert_from(p.data, 'UTF8')::jsonb -> 'steps')::integer
            as version
        from cocreate.event p
        where p.tenant_id = $1 and p.stream_id = $2 and p.type = 'StepsPublished' and p.public
)
select e.tenant_id, e.position, e.stream_id, e.version, e.recorded_at, e.occurred_on,
    e.schema_version, e.public, e.type, e.actor, e.actor_role, e.data,
    coalesce(e.salt, cocreate.early_salt(e.tenant_id, e.position)) as salt
    from cocreate.event e
    where e.tenant_id = $1 and e.stream_id = $2 and e.version > $3
        and (e.public or e.version in (select p.version from published p))
    order by e.version
    limit $4
