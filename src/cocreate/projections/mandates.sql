-- The mandate overview: who directs and who gives account, and when nobody did.

create table mandate (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    department text not null,
    status text not null,
    role text not null,
    party text,
    body text,
    scope text,
    held_since date,
    project_since date not null,
    closed_on date,
    gap_days integer not null,
    open_gap_since date,
    changes integer not null,
    "position" bigint not null
);

call cocreate.keep_versions('mandate');

create function list_mandates(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, role text, party text, body text,
        scope text, held_since date, sector text, department text, status text, changes integer,
        gap_days integer, open_gap_since date, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(g.days, m.project_id, m.id), m.project_id, m.project_title,
            m.role, m.party, m.body, m.scope, m.held_since, m.sector, m.department, m.status,
            m.changes, g.days, m.open_gap_since, m.position
            from mandate_known m
            cross join lateral (
                select m.gap_days + greatest(coalesce(p_today - m.open_gap_since, 0), 0)
                    as days) g
            where m.tenant_id = p_tenant and m.audience = p_audience
                and m.known_from <= p_position and m.known_until > p_position
                and (p_filter ->> 'project' is null
                    or m.project_id = (p_filter ->> 'project')::uuid)
                and (p_filter ->> 'role' is null or m.role = p_filter ->> 'role')
                and (p_filter ->> 'body' is null or m.body = p_filter ->> 'body')
                and (p_filter ->> 'sector' is null or m.sector = p_filter ->> 'sector')
                and (p_filter ->> 'vacant' is null
                    or (m.party is null) = (p_filter ->> 'vacant')::boolean)
                and (p_filter ->> 'withGaps' is null
                    or (g.days > 0) = (p_filter ->> 'withGaps')::boolean)
                and (p_after is null
                    or g.days < (p_after ->> 0)::integer
                    or g.days = (p_after ->> 0)::integer
                        and (m.project_id, m.id) > ((p_after ->> 1)::uuid, p_after ->> 2))
            order by g.days desc, m.project_id, m.id
            limit p_limit;
end
$$;
