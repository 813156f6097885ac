-- The co-creation map: how often a log shows each word, where, and what helped.

-- A word that an account shows.
create table word (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    vocabulary text not null,
    code text not null,
    sector text not null
);

call cocreate.keep_versions('word');
call cocreate.keep_project_sums(
    'word_sum', 'word', 'select r.vocabulary, r.code, r.sector, 1::bigint as number');

-- What was tried against an obstacle of a kind, or where two values pulled apart.
create table help (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    vocabulary text not null,
    code text not null,
    kind text not null,
    days integer
);

call cocreate.keep_versions('help');
call cocreate.keep_project_sums('help_sum', 'help', $$
    select r.vocabulary, r.code, r.kind, m.resolved, 1::bigint as number
        from (values (false, true), (true, r.days is not null)) as m (resolved, counts)
        where m.counts
$$);
call cocreate.keep_sums('help_day', 'help', $$
    select r.vocabulary, r.code, r.kind, r.days, 1::bigint as number where r.days is not null
$$);

create function seen(p_tenant text, p_audience smallint, p_position bigint)
    returns table (vocabulary text, code text, sector text, times bigint, projects bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select s.vocabulary, s.code, s.sector, sum(s.number)::bigint, sum(s.projects)::bigint
            from word_sums(p_tenant, p_audience, p_position) s
            group by 1, 2, 3
            having sum(s.number) <> 0
            order by 1, 2, 3;
end
$$;

-- What was tried, and how many were resolved in how many days: so many of each number of days.
create function what_helped(p_tenant text, p_audience smallint, p_position bigint)
    returns table (
        vocabulary text, code text, kind text, tried bigint, projects bigint, resolved bigint,
        resolved_projects bigint, days integer[], numbers bigint[])
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with counted as (
            select s.vocabulary, s.code, s.kind,
                sum(s.number) filter (where not s.resolved) as tried,
                sum(s.projects) filter (where not s.resolved) as projects,
                sum(s.number) filter (where s.resolved) as resolved,
                sum(s.projects) filter (where s.resolved) as resolved_projects
                from help_sums(p_tenant, p_audience, p_position) s
                group by 1, 2, 3
        ),
        took as (
            select d.vocabulary, d.code, d.kind, array_agg(d.days order by d.days) as days,
                array_agg(d.number order by d.days) as numbers
                from (
                    select s.vocabulary, s.code, s.kind, s.days, sum(s.number)::bigint as number
                        from help_days(p_tenant, p_audience, p_position) s
                        group by 1, 2, 3, 4
                        having sum(s.number) <> 0) d
                group by 1, 2, 3
        )
        select c.vocabulary, c.code, c.kind, c.tried::bigint, c.projects::bigint,
            coalesce(c.resolved, 0)::bigint, coalesce(c.resolved_projects, 0)::bigint,
            coalesce(t.days, '{}'), coalesce(t.numbers, '{}')
            from counted c
            left join took t using (vocabulary, code, kind)
            where c.tried > 0
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
