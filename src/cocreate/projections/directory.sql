-- The project directory: search in Dutch and English, filters, facets, and order.

create table project (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    title text not null,
    summary text,
    sector text not null,
    initiative text not null,
    department text not null,
    at_place text,
    status text not null,
    phase text not null,
    level text,
    since date not null,
    closed_on date,
    "position" bigint not null,
    words tsvector not null generated always as (
        setweight(cocreate.words(title), 'A') || setweight(cocreate.words(at_place), 'B')
            || setweight(cocreate.words(summary), 'C') || setweight(cocreate.words(department), 'D'))
        stored
);

call cocreate.keep_versions('project');

create index project_by_start on project
    (tenant_id, audience, ((since - date '0001-01-01')::numeric) desc, project_id);
create index project_by_title on project
    (tenant_id, audience, (cocreate.searchable(title)), project_id);

call cocreate.keep_sums('project_sum', 'project', $$
    select r.sector, r.initiative, r.status, r.phase, r.level, r.department,
        extract(year from r.since)::integer as year, 1::bigint as number
$$);

-- What residents called their wishes.
create table wish_title (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    title text not null,
    words tsvector not null generated always as (cocreate.words(title)) stored
);

call cocreate.keep_versions('wish_title');

-- What is counted in a project: apart, since nothing changes as often.
create table tally (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    last_step_on date not null,
    wishes integer not null,
    supporters bigint not null,
    proposals integer not null,
    decisions integer not null,
    deviations integer not null,
    obstacles integer not null,
    commitments integer not null
);

call cocreate.keep_versions('tally');

create index tally_by_step on tally
    (tenant_id, audience, ((last_step_on - date '0001-01-01')::numeric) desc, project_id);
create index tally_by_support on tally
    (tenant_id, audience, (supporters::numeric) desc, project_id);

-- The words of what is sought that tell something, each as it is sought; none where it is no list of
-- words but an expression with quotes, "or" or a minus sign.
create function plain_words(p_sought text) returns table (word text, sought tsquery)
    language sql immutable
begin atomic
    select w.word, cocreate.sought(w.word)
        from regexp_split_to_table(cocreate.searchable(p_sought), '[^[:alnum:]]+') as w (word)
        where cocreate.searchable(p_sought) !~ '"|(^|\s)-|(^|\s)or(\s|$)'
            and to_tsvector('pg_catalog.dutch', w.word) <> ''
            and to_tsvector('pg_catalog.english', w.word) <> '';
end;

-- The projects in which something is found, and how well each fits: in its own words, in those
-- together with a wish, or where each plain word is in it or looks much like one of its title.
create function found(p_tenant text, p_audience smallint, p_position bigint, p_sought text)
    returns table (project_id uuid, relevance numeric)
    language sql stable
begin atomic
    with q as materialized (
        select cocreate.sought(p_sought) as sought, (
                select string_agg(quote_literal(l.lexeme), ' | ')::tsquery
                    from unnest(cocreate.words(p_sought)) l) as any_word
    ),
    plain as materialized (select * from plain_words(p_sought)),
    p as materialized (
        select p.project_id, cocreate.searchable(p.title) as title, p.words,
            p.words @@ q.sought as itself
            from project_known p cross join q
            where p_sought is not null and p.tenant_id = p_tenant and p.audience = p_audience
                and p.known_from <= p_position and p.known_until > p_position
    ),
    by_wish as materialized (
        select distinct p.project_id
            from wish_title_known w
            cross join q
            join p on p.project_id = w.project_id
            where p_sought is not null and w.tenant_id = p_tenant and w.audience = p_audience
                and w.known_from <= p_position and w.known_until > p_position
                and w.words @@ q.any_word and (p.words || w.words) @@ q.sought
    )
    select p.project_id,
        round((4 * ts_rank(p.words, q.sought) + coalesce(l.likeness, 0)
            + case when b.project_id is null then 0 else 0.1 end)::numeric, 6)
        from p
        cross join q
        left join by_wish b on b.project_id = p.project_id
        cross join lateral (
            select bool_and(p.words @@ plain.sought or s.likeness >= 0.45) as alike,
                avg(s.likeness) as likeness
                from plain
                cross join lateral (
                    select public.word_similarity(plain.word, p.title) as likeness) s) l
        where p.itself or b.project_id is not null or l.alike;
end;

-- Where a project stands in an order. Inlined where it is used, so that an index gives the order.
create function place_of(
    p_sort text, p_since date, p_title text, p_last_step_on date, p_supporters bigint,
    p_relevance numeric)
    returns table (number numeric, name text)
    language sql immutable
begin atomic
    select case p_sort when 'relevance' then p_relevance
            when 'latest-start' then (p_since - date '0001-01-01')::numeric
            when 'latest-step' then (p_last_step_on - date '0001-01-01')::numeric
            when 'most-supported' then p_supporters::numeric
            else 0::numeric end,
        case p_sort when 'title' then cocreate.searchable(p_title) else '' end;
end;

-- The projects that are known at a position and that a filter leaves, but for what is sought. Inlined
-- where it is used.
create function chosen(p_tenant text, p_audience smallint, p_position bigint, p_filter jsonb)
    returns setof project_known
    language sql stable
begin atomic
    select p.* from project_known p
        where p.tenant_id = p_tenant and p.audience = p_audience
            and p.known_from <= p_position and p.known_until > p_position
            and (p_filter ->> 'sector' is null or p.sector = p_filter ->> 'sector')
            and (p_filter ->> 'initiative' is null or p.initiative = p_filter ->> 'initiative')
            and (p_filter ->> 'status' is null or p.status = p_filter ->> 'status')
            and (p_filter ->> 'phase' is null or p.phase = p_filter ->> 'phase')
            and (p_filter ->> 'level' is null or p.level = p_filter ->> 'level')
            and (p_filter ->> 'department' is null or p.department = p_filter ->> 'department')
            and (p_filter ->> 'year' is null
                or extract(year from p.since) = (p_filter ->> 'year')::integer);
end;

create function list_projects(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, title text, summary text, sector text, initiative text,
        department text, at_place text, status text, phase text, level text, since date,
        closed_on date, last_step_on date, wishes integer, supporters bigint, proposals integer,
        decisions integer, deviations integer, obstacles integer, commitments integer,
        "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
declare
    sorted text := coalesce(p_filter ->> 'sort',
        case when p_filter ->> 'q' is null then 'latest-start' else 'relevance' end);
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with page as materialized (
            (select o.number, o.name, p.project_id
                from chosen(p_tenant, p_audience, p_position, p_filter) p
                join tally_known t on t.tenant_id = p_tenant and t.project_id = p.project_id
                    and t.audience = p_audience and t.known_from <= p_position
                    and t.known_until > p_position
                cross join lateral place_of(
                    sorted, p.since, p.title, t.last_step_on, t.supporters, 0) o
                where p_filter ->> 'q' is null
                    and (p_after is null
                        or o.number <= (p_after ->> 0)::numeric
                            and (o.number < (p_after ->> 0)::numeric
                                or (o.name, p.project_id) > (p_after ->> 1, (p_after ->> 2)::uuid)))
                order by o.number desc, o.name, p.project_id
                limit p_limit)
            union all
            (select o.number, o.name, p.project_id
                from found(p_tenant, p_audience, p_position, p_filter ->> 'q') f
                join chosen(p_tenant, p_audience, p_position, p_filter) p
                    on p.project_id = f.project_id
                join tally_known t on t.tenant_id = p_tenant and t.project_id = p.project_id
                    and t.audience = p_audience and t.known_from <= p_position
                    and t.known_until > p_position
                cross join lateral place_of(
                    sorted, p.since, p.title, t.last_step_on, t.supporters, f.relevance) o
                where p_filter ->> 'q' is not null
                    and (p_after is null
                        or o.number <= (p_after ->> 0)::numeric
                            and (o.number < (p_after ->> 0)::numeric
                                or (o.name, p.project_id) > (p_after ->> 1, (p_after ->> 2)::uuid)))
                order by o.number desc, o.name, p.project_id
                limit p_limit)
        )
        select jsonb_build_array(g.number, g.name, g.project_id), p.project_id, p.title,
            p.summary, p.sector, p.initiative, p.department, p.at_place, p.status, p.phase,
            p.level, p.since, p.closed_on, t.last_step_on, t.wishes, t.supporters, t.proposals,
            t.decisions, t.deviations, t.obstacles, t.commitments, p.position
            from page g
            join project_known p on p.tenant_id = p_tenant and p.project_id = g.project_id
                and p.audience = p_audience and p.known_from <= p_position
                and p.known_until > p_position
            join tally_known t on t.tenant_id = p_tenant and t.project_id = g.project_id
                and t.audience = p_audience and t.known_from <= p_position
                and t.known_until > p_position
            order by g.number desc, g.name, g.project_id;
end
$$;

-- Each facet counts what its other values would give: the projects that fail no filter but its own.
-- They come from the sums, or where something is sought, from the projects in which it is found.
create function read_facets(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with alike as (
            select s.* from project_sums(p_tenant, p_audience, p_position) s
                where p_filter ->> 'q' is null
            union all
            select p.sector, p.initiative, p.status, p.phase, p.level, p.department,
                extract(year from p.since)::integer, 1
                from found(p_tenant, p_audience, p_position, p_filter ->> 'q') f
                join project_known p on p.project_id = f.project_id
                where p_filter ->> 'q' is not null
                    and p.tenant_id = p_tenant and p.audience = p_audience
                    and p.known_from <= p_position and p.known_until > p_position
        ),
        counted as (
            select f.facet, f.value, sum(a.number) as count
                from alike a
                cross join lateral (
                    select array_remove(array[
                        case when a.sector <> p_filter ->> 'sector' then 'sector' end,
                        case when a.initiative <> p_filter ->> 'initiative' then 'initiative' end,
                        case when a.status <> p_filter ->> 'status' then 'status' end,
                        case when a.phase <> p_filter ->> 'phase' then 'phase' end,
                        case when p_filter ->> 'level' is not null
                            and a.level is distinct from p_filter ->> 'level' then 'level' end,
                        case when a.department <> p_filter ->> 'department' then 'department' end,
                        case when a.year <> (p_filter ->> 'year')::integer then 'year' end],
                        null) as failed) m
                cross join lateral (
                    values ('sector', a.sector), ('initiative', a.initiative),
                        ('status', a.status), ('phase', a.phase), ('level', a.level),
                        ('department', a.department), ('year', a.year::text), ('total', null))
                    as f (facet, value)
                where m.failed <@ array[f.facet]
                group by f.facet, f.value
                having sum(a.number) <> 0
        )
        select json_build_object(
            'total', coalesce((select c.count from counted c where c.facet = 'total'), 0),
            'sector', facet.told -> 'sector', 'initiative', facet.told -> 'initiative',
            'status', facet.told -> 'status', 'phase', facet.told -> 'phase',
            'level', facet.told -> 'level', 'department', facet.told -> 'department',
            'year', facet.told -> 'year')
            from (
                select json_object_agg(n.name, coalesce((
                    select json_agg(json_build_object('value', c.value, 'count', c.count)
                        order by c.count desc, c.value)
                        from counted c where c.facet = n.name), '[]')) as told
                    from unnest(array['sector', 'initiative', 'status', 'phase', 'level',
                        'department', 'year']) as n (name)) facet
    );
end
$$;
