-- The commitment register: who promised what to whom, by when, and whether it was kept.

create table commitment (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    title text not null,
    status text not null,
    made_by text not null,
    made_to text not null,
    about text[] not null,
    made_on date not null,
    first_due_on date,
    due_on date,
    ended_on date,
    changes integer not null,
    source text,
    "position" bigint not null
);

call cocreate.keep_versions('commitment');

create index commitment_in_order on commitment
    (tenant_id, audience, (status <> 'open'), made_on, project_id, id);

create function list_commitments(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, commitment text, title text, status text,
        sector text, made_by text, made_to text, about text[], made_on date, first_due_on date,
        due_on date, ended_on date, changes integer, days_late integer, open_days integer,
        source text, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(c.status <> 'open', c.made_on, c.project_id, c.id),
            c.project_id, c.project_title, c.id, c.title, c.status, c.sector, c.made_by,
            c.made_to, c.about, c.made_on, c.first_due_on, c.due_on, c.ended_on, c.changes,
            case when coalesce(c.ended_on, p_today) > c.due_on
                then coalesce(c.ended_on, p_today) - c.due_on end,
            case when c.status = 'open' then p_today - c.made_on end, c.source, c.position
            from commitment_known c
            where c.tenant_id = p_tenant and c.audience = p_audience
                and c.known_from <= p_position and c.known_until > p_position
                and (p_filter ->> 'project' is null
                    or c.project_id = (p_filter ->> 'project')::uuid)
                and (p_filter ->> 'status' is null or c.status = p_filter ->> 'status')
                and (p_filter ->> 'sector' is null or c.sector = p_filter ->> 'sector')
                and (p_filter ->> 'by' is null or c.made_by = p_filter ->> 'by')
                and (p_filter ->> 'overdue' is null
                    or coalesce(c.status = 'open' and c.due_on < p_today, false)
                        = (p_filter ->> 'overdue')::boolean)
                and (p_filter ->> 'withoutDate' is null
                    or (c.due_on is null) = (p_filter ->> 'withoutDate')::boolean)
                and (p_filter ->> 'fromDate' is null
                    or c.made_on >= (p_filter ->> 'fromDate')::date)
                and (p_filter ->> 'untilDate' is null
                    or c.made_on <= (p_filter ->> 'untilDate')::date)
                and (p_filter ->> 'endedFrom' is null
                    or c.ended_on >= (p_filter ->> 'endedFrom')::date)
                and (p_filter ->> 'endedUntil' is null
                    or c.ended_on <= (p_filter ->> 'endedUntil')::date)
                and (p_after is null
                    or (c.status <> 'open', c.made_on, c.project_id, c.id) > (
                        (p_after ->> 0)::boolean, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                        p_after ->> 3))
            order by c.status <> 'open', c.made_on, c.project_id, c.id
            limit p_limit;
end
$$;
