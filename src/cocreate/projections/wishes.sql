-- The wish register: every wish, how it stands, and how long it waits for an answer.

create table wish (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    initiative text not null,
    title text not null,
    status text not null,
    outcome text,
    place text,
    theme text,
    expressed_on date not null,
    answered_on date,
    fed_back_on date,
    closed_on date,
    word text,
    merged_into text,
    comes_from text[] not null,
    proposals text[] not null,
    decisions text[] not null,
    deviations text[] not null,
    feedback text[] not null,
    source text,
    "position" bigint not null,
    waits boolean not null
);

call cocreate.keep_versions('wish');

create index wish_in_order on wish
    (tenant_id, audience, (not waits), expressed_on, project_id, id);

-- How many stand behind a wish: apart, since nothing changes as often.
create table support (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    supporters bigint not null,
    of_sector text not null,
    of_year integer
);

call cocreate.keep_versions('support');
call cocreate.keep_sums(
    'support_sum', 'support', 'select r.of_sector, r.of_year, r.supporters as number');

create function supporters_of(
    p_tenant text, p_project uuid, p_audience smallint, p_id text, p_position bigint)
    returns bigint
    language sql stable
begin atomic
    select coalesce((
        select s.supporters from support_known s
            where s.tenant_id = p_tenant and s.project_id = p_project and s.id = p_id
                and s.audience = p_audience and s.known_from <= p_position
                and s.known_until > p_position), 0);
end;

create function list_wishes(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, wish text, title text, status text,
        outcome text, sector text, initiative text, at_place text, theme text, supporters bigint,
        expressed_on date, age_days integer, answered_on date, days_without_answer integer,
        fed_back_on date, residents_word text, merged_into text, comes_from text[],
        proposals text[], decisions text[], deviations text[], feedback text[], source text,
        "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        with page as materialized (
            select w.*
                from wish_known w
                where w.tenant_id = p_tenant and w.audience = p_audience
                    and w.known_from <= p_position and w.known_until > p_position
                    and (p_filter ->> 'project' is null
                        or w.project_id = (p_filter ->> 'project')::uuid)
                    and (p_filter ->> 'status' is null or w.status = p_filter ->> 'status')
                    and (p_filter ->> 'sector' is null or w.sector = p_filter ->> 'sector')
                    and (p_filter ->> 'theme' is null or w.theme = p_filter ->> 'theme')
                    and (p_filter ->> 'unanswered' is null
                        or w.waits = (p_filter ->> 'unanswered')::boolean)
                    and (p_filter ->> 'minDaysWithoutAnswer' is null
                        or w.waits and p_today - w.expressed_on
                            >= (p_filter ->> 'minDaysWithoutAnswer')::integer)
                    and (p_filter ->> 'fromDate' is null
                        or w.expressed_on >= (p_filter ->> 'fromDate')::date)
                    and (p_filter ->> 'untilDate' is null
                        or w.expressed_on <= (p_filter ->> 'untilDate')::date)
                    and (p_after is null
                        or (not w.waits, w.expressed_on, w.project_id, w.id) > (
                            (p_after ->> 0)::boolean, (p_after ->> 1)::date,
                            (p_after ->> 2)::uuid, p_after ->> 3))
                order by not w.waits, w.expressed_on, w.project_id, w.id
                limit p_limit
        )
        select jsonb_build_array(not w.waits, w.expressed_on, w.project_id, w.id), w.project_id,
            w.project_title, w.id, w.title, w.status, w.outcome, w.sector, w.initiative, w.place,
            w.theme, supporters_of(p_tenant, w.project_id, p_audience, w.id, p_position),
            w.expressed_on,
            coalesce(w.closed_on, p_today) - w.expressed_on, w.answered_on,
            case when w.waits then p_today - w.expressed_on end,
            w.fed_back_on, w.word, w.merged_into, w.comes_from, w.proposals, w.decisions,
            w.deviations, w.feedback, w.source, w.position
            from page w
            order by not w.waits, w.expressed_on, w.project_id, w.id;
end
$$;
