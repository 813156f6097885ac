-- The proposal register: every plan that answers wishes, and which wait for a decision.

create table proposal (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    title text not null,
    status text not null,
    outcome text,
    answers text[] not null,
    comes_from text[] not null,
    merged_into text,
    decisions text[] not null,
    deviations text[] not null,
    revisions integer not null,
    submitted_on date not null,
    decided_on date,
    source text,
    "position" bigint not null,
    waits boolean not null
);

call cocreate.keep_versions('proposal');

create index proposal_in_order on proposal
    (tenant_id, audience, (not waits), submitted_on, project_id, id);

create function list_proposals(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, proposal text, title text, status text,
        outcome text, sector text, answers text[], comes_from text[], merged_into text,
        decisions text[], deviations text[], revisions integer, submitted_on date, decided_on date,
        days_waiting integer, source text, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(not r.waits, r.submitted_on, r.project_id, r.id), r.project_id,
            r.project_title, r.id, r.title, r.status, r.outcome, r.sector, r.answers, r.comes_from,
            r.merged_into, r.decisions, r.deviations, r.revisions, r.submitted_on, r.decided_on,
            case when r.waits then p_today - r.submitted_on end, r.source, r.position
            from proposal_known r
            where r.tenant_id = p_tenant and r.audience = p_audience
                and r.known_from <= p_position and r.known_until > p_position
                and (p_filter ->> 'project' is null
                    or r.project_id = (p_filter ->> 'project')::uuid)
                and (p_filter ->> 'status' is null or r.status = p_filter ->> 'status')
                and (p_filter ->> 'sector' is null or r.sector = p_filter ->> 'sector')
                and (p_filter ->> 'undecided' is null
                    or r.waits = (p_filter ->> 'undecided')::boolean)
                and (p_filter ->> 'fromDate' is null
                    or r.submitted_on >= (p_filter ->> 'fromDate')::date)
                and (p_filter ->> 'untilDate' is null
                    or r.submitted_on <= (p_filter ->> 'untilDate')::date)
                and (p_after is null
                    or (not r.waits, r.submitted_on, r.project_id, r.id) > (
                        (p_after ->> 0)::boolean, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                        p_after ->> 3))
            order by not r.waits, r.submitted_on, r.project_id, r.id
            limit p_limit;
end
$$;
