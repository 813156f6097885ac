-- The co-creation map: how often a log shows each word, where, and what helped.

create table reflection (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    sector text not null,
    value_between text,
    value_and text,
    competences text[] not null,
    recorded_on date not null
);

call cocreate.keep_versions('reflection');

create table session (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    sector text not null,
    work_form text not null
);

call cocreate.keep_versions('session');

-- Two values that pull apart, whichever was named first.
create function tension(p_one text, p_other text) returns text
    language sql immutable
begin atomic
    select case when p_one is not null and p_other is not null
        then least(p_one, p_other) || '+' || greatest(p_one, p_other) end;
end;

create function seen(p_tenant text, p_audience smallint, p_position bigint)
    returns table (vocabulary text, code text, sector text, times bigint, projects bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with tensions as (
            select o.project_id, o.sector, o.value_between as one, o.value_and as other
                from obstacle_known o
                where o.tenant_id = p_tenant and o.audience = p_audience
                    and o.known_from <= p_position and o.known_until > p_position
            union all
            select d.project_id, d.sector, d.value_between, d.value_and
                from deviation_known d
                where d.tenant_id = p_tenant and d.audience = p_audience
                    and d.known_from <= p_position and d.known_until > p_position
            union all
            select r.project_id, r.sector, r.value_between, r.value_and
                from reflection_known r
                where r.tenant_id = p_tenant and r.audience = p_audience
                    and r.known_from <= p_position and r.known_until > p_position
        ),
        items as (
            select 'tension' as vocabulary, tension(t.one, t.other) as code, t.sector,
                t.project_id
                from tensions t
            union all
            select 'public-value', v.value, t.sector, t.project_id
                from tensions t cross join unnest(array[t.one, t.other]) as v (value)
            union all
            select 'obstacle-category', o.category, o.sector, o.project_id
                from obstacle_known o
                where o.tenant_id = p_tenant and o.audience = p_audience
                    and o.known_from <= p_position and o.known_until > p_position
            union all
            select distinct on (i.project_id, i.intervention)
                'intervention-kind', i.kind, i.sector, i.project_id
                from intervention_known i
                where i.tenant_id = p_tenant and i.audience = p_audience
                    and i.known_from <= p_position and i.known_until > p_position
            union all
            select 'work-form', s.work_form, s.sector, s.project_id
                from session_known s
                where s.tenant_id = p_tenant and s.audience = p_audience
                    and s.known_from <= p_position and s.known_until > p_position
            union all
            select 'competence', c.code, r.sector, r.project_id
                from reflection_known r cross join unnest(r.competences) as c (code)
                where r.tenant_id = p_tenant and r.audience = p_audience
                    and r.known_from <= p_position and r.known_until > p_position
            union all
            select 'party-kind', t.kind, p.sector, t.project_id
                from party_known t
                join project_known p on p.tenant_id = p_tenant and p.project_id = t.project_id
                    and p.audience = p_audience and p.known_from <= p_position
                    and p.known_until > p_position
                where t.tenant_id = p_tenant and t.audience = p_audience
                    and t.known_from <= p_position and t.known_until > p_position
            union all
            select 'deviation-ground', d.ground, d.sector, d.project_id
                from deviation_known d
                where d.tenant_id = p_tenant and d.audience = p_audience
                    and d.known_from <= p_position and d.known_until > p_position
        )
        select i.vocabulary, i.code, i.sector, count(*), count(distinct i.project_id)
            from items i
            where i.code is not null
            group by 1, 2, 3
            order by 1, 2, 3;
end
$$;

create function what_helped(p_tenant text, p_audience smallint, p_position bigint)
    returns table (
        vocabulary text, code text, kind text, tried bigint, projects bigint, resolved bigint,
        resolved_projects bigint, days integer[])
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select w.vocabulary, w.code, i.kind, count(*), count(distinct i.project_id),
            count(i.resolved_on),
            count(distinct i.project_id) filter (where i.resolved_on is not null),
            array_agg(i.resolved_on - i.tried_on order by i.resolved_on - i.tried_on)
                filter (where i.resolved_on is not null)
            from intervention_known i
            join obstacle_known o on o.tenant_id = p_tenant and o.project_id = i.project_id
                and o.id = i.obstacle and o.audience = p_audience
                and o.known_from <= p_position and o.known_until > p_position
            cross join lateral (values
                ('obstacle-category', i.category),
                ('tension', tension(o.value_between, o.value_and))) as w (vocabulary, code)
            where i.tenant_id = p_tenant and i.audience = p_audience
                and i.known_from <= p_position and i.known_until > p_position
                and w.code is not null
            group by 1, 2, 3
            order by 1, 2, 3;
end
$$;

-- Whether the municipality takes part, as known at a position.
create function taking_part(p_tenant text, p_audience smallint, p_position bigint)
    returns boolean
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return exists (
        select from consent_known c
            where c.tenant_id = p_tenant and c.audience = p_audience and c.takes_part
                and c.known_from <= p_position and c.known_until > p_position);
end
$$;
