-- The decision register: what was decided by whom, and whether one can still object.

create table decision (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    title text not null,
    body text not null,
    body_name text,
    decision_type text,
    reference text,
    legal_basis text,
    motivation text,
    motivated boolean not null,
    about text[] not null,
    adopted integer not null,
    changed integer not null,
    rejected integer not null,
    deferred integer not null,
    deviations text[] not null,
    departs_from_advice text,
    decided_on date not null,
    announced_on date,
    published_on date,
    sent_on date,
    effective_on date,
    expires_on date,
    open_to_objection boolean not null,
    objection_until date,
    source text,
    "position" bigint not null
);

call cocreate.keep_versions('decision');

create index decision_in_order on decision (tenant_id, audience, decided_on desc, project_id, id);

create function list_decisions(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, decision text, title text, body text,
        body_name text, decision_type text, reference text, legal_basis text, motivation text,
        motivated boolean, sector text, about text[], adopted integer, changed integer,
        rejected integer, deferred integer, deviations text[], departs_from_advice text,
        decided_on date, announced_on date, published_on date, sent_on date, effective_on date,
        expires_on date, objection text, objection_until date, objection_days_left integer,
        source text, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(d.decided_on, d.project_id, d.id), d.project_id,
            d.project_title, d.id, d.title, d.body, d.body_name, d.decision_type, d.reference,
            d.legal_basis, d.motivation, d.motivated, d.sector, d.about, d.adopted, d.changed,
            d.rejected, d.deferred, d.deviations, d.departs_from_advice, d.decided_on,
            d.announced_on, d.published_on, d.sent_on, d.effective_on, d.expires_on, o.state,
            d.objection_until,
            case when o.state = 'running' then d.objection_until - p_today end, d.source,
            d.position
            from decision_known d
            cross join lateral (
                select case when not d.open_to_objection then 'none'
                    when d.objection_until is null then 'not-begun'
                    when d.objection_until >= p_today then 'running'
                    else 'over' end as state) o
            where d.tenant_id = p_tenant and d.audience = p_audience
                and d.known_from <= p_position and d.known_until > p_position
                and (p_filter ->> 'project' is null
                    or d.project_id = (p_filter ->> 'project')::uuid)
                and (p_filter ->> 'body' is null or d.body = p_filter ->> 'body')
                and (p_filter ->> 'sector' is null or d.sector = p_filter ->> 'sector')
                and (p_filter ->> 'objection' is null or o.state = p_filter ->> 'objection')
                and (p_filter ->> 'deviates' is null
                    or (d.deviations <> '{}') = (p_filter ->> 'deviates')::boolean)
                and (p_filter ->> 'fromDate' is null
                    or d.decided_on >= (p_filter ->> 'fromDate')::date)
                and (p_filter ->> 'untilDate' is null
                    or d.decided_on <= (p_filter ->> 'untilDate')::date)
                -- The first condition is for the index.
                and (p_after is null or d.decided_on <= (p_after ->> 0)::date
                    and (d.decided_on < (p_after ->> 0)::date
                        or (d.project_id, d.id) > ((p_after ->> 1)::uuid, p_after ->> 2)))
            order by d.decided_on desc, d.project_id, d.id
            limit p_limit;
end
$$;
