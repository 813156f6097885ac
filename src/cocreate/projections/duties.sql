-- The duties: all that a municipality owes, by the day it is due.

create table duty (
    tenant_id text not null,
    project_id uuid not null,
    audience smallint not null,
    id text not null,
    known_from bigint not null,
    project_title text not null,
    sector text not null,
    department text not null,
    subject text not null,
    subject_kind text not null,
    title text not null,
    duty text not null,
    owed_by text,
    body text,
    since date not null,
    due_on date,
    "position" bigint not null
);

call cocreate.keep_versions('duty');

create index duty_in_order on duty
    (tenant_id, audience, coalesce(due_on, 'infinity'::date), since, project_id, id);

-- What is owed alike; days turn what is soon into what is overdue, so the day stays in it.
call cocreate.keep_sums('duty_sum', 'duty', $$
    select r.project_id as of_project, r.project_title, r.department, r.duty, r.due_on,
        1::bigint as number
$$);

-- When something is due, seen from a day: what is soon is due in the fourteen days after it.
create function due_time(p_due_on date, p_today date) returns text
    language sql immutable
begin atomic
    select case
        when p_due_on is null then 'undated'
        when p_due_on < p_today then 'overdue'
        when p_due_on <= p_today + 14 then 'soon'
        else 'later' end;
end;

-- The first and the last day on which something is due that is due then: a range of the index.
create function days_of(p_when text, p_today date) returns table (first date, last date)
    language sql immutable
begin atomic
    select
        case p_when when 'soon' then p_today when 'later' then p_today + 15
            when 'undated' then 'infinity' else '-infinity'::date end,
        case p_when when 'overdue' then p_today - 1 when 'soon' then p_today + 14
            else 'infinity'::date end;
end;

create function list_duties(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb,
    p_after jsonb, p_limit integer)
    returns table (
        place jsonb, project uuid, project_title text, sector text, department text, subject text,
        subject_kind text, title text, duty text, owed_by text, body text, since date, due_on date,
        due text, days_owed integer, days_late integer, days_left integer, "position" bigint)
    language plpgsql stable set search_path from current
as $$
#variable_conflict use_column
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return query
        select jsonb_build_array(o.due, d.since, d.project_id, d.id), d.project_id,
            d.project_title, d.sector, d.department, d.subject, d.subject_kind, d.title, d.duty,
            d.owed_by, d.body, d.since, d.due_on, w.due, p_today - d.since,
            case when w.due = 'overdue' then p_today - d.due_on end,
            case when w.due in ('soon', 'later') then d.due_on - p_today end, d.position
            from duty_known d
            cross join lateral (select coalesce(d.due_on, 'infinity'::date) as due) o
            cross join lateral (select due_time(d.due_on, p_today) as due) w
            where d.tenant_id = p_tenant and d.audience = p_audience
                and d.known_from <= p_position and d.known_until > p_position
                and (p_filter ->> 'project' is null
                    or d.project_id = (p_filter ->> 'project')::uuid)
                and (p_filter ->> 'department' is null
                    or d.department = p_filter ->> 'department')
                and (p_filter ->> 'duty' is null or d.duty = p_filter ->> 'duty')
                and (p_filter ->> 'when' is null or w.due = p_filter ->> 'when')
                and o.due >= (select r.first from days_of(p_filter ->> 'when', p_today) r)
                and o.due <= (select r.last from days_of(p_filter ->> 'when', p_today) r)
                and (p_after is null
                    or (o.due, d.since, d.project_id, d.id) > (
                        (p_after ->> 0)::date, (p_after ->> 1)::date, (p_after ->> 2)::uuid,
                        p_after ->> 3))
            order by o.due, d.since, d.project_id, d.id
            limit p_limit;
end
$$;

create function read_overview(
    p_tenant text, p_audience smallint, p_position bigint, p_today date, p_filter jsonb)
    returns json
    language plpgsql stable set search_path from current
as $$
begin
    perform set_config('cocreate.tenant', p_tenant, true);
    return (
        with alike as materialized (
            select s.*, due_time(s.due_on, p_today) as due, m.project, m.department as in_department,
                m.duty as owed_so
                from duty_sums(p_tenant, p_audience, p_position) s
                cross join lateral (
                    select (p_filter ->> 'project' is null
                            or s.of_project = (p_filter ->> 'project')::uuid) as project,
                        (p_filter ->> 'department' is null
                            or s.department = p_filter ->> 'department') as department,
                        (p_filter ->> 'duty' is null or s.duty = p_filter ->> 'duty') as duty) m
        ),
        -- Each group is narrowed by what it is not told by.
        grouped as (
            select 'all' as kind, null::uuid as project_id, null as said, a.due, a.number
                from alike a where a.project and a.in_department and a.owed_so
            union all
            select 'duty', null, a.duty, a.due, a.number
                from alike a where a.project and a.in_department
            union all
            select 'department', null, a.department, a.due, a.number
                from alike a where a.project and a.owed_so
            union all
            select 'project', a.of_project, a.project_title, a.due, a.number
                from alike a where a.in_department and a.owed_so
        ),
        counted as (
            select g.kind, g.project_id, g.said, sum(g.number) as total,
                coalesce(sum(g.number) filter (where g.due = 'overdue'), 0) as overdue,
                coalesce(sum(g.number) filter (where g.due = 'soon'), 0) as soon,
                coalesce(sum(g.number) filter (where g.due = 'later'), 0) as later,
                coalesce(sum(g.number) filter (where g.due = 'undated'), 0) as undated
                from grouped g
                group by g.kind, g.project_id, g.said
                having sum(g.number) <> 0
        ),
        told as (
            select c.*, jsonb_build_object(
                'total', c.total, 'overdue', c.overdue, 'soon', c.soon, 'later', c.later,
                'undated', c.undated) as numbers
                from counted c
        )
        select json_build_object(
            'all', coalesce(
                (select t.numbers from told t where t.kind = 'all'),
                '{"total": 0, "overdue": 0, "soon": 0, "later": 0, "undated": 0}'::jsonb),
            'byDuty', coalesce((
                select json_agg(t.numbers || jsonb_build_object('duty', t.said)
                    order by t.overdue desc, t.total desc, t.said)
                    from told t where t.kind = 'duty'), '[]'),
            'byDepartment', coalesce((
                select json_agg(t.numbers || jsonb_build_object('department', t.said)
                    order by t.said)
                    from told t where t.kind = 'department'), '[]'),
            'byProject', coalesce((
                select json_agg(p.numbers || jsonb_build_object(
                        'project', p.project_id, 'title', p.said)
                    order by p.overdue desc, p.total desc, p.said, p.project_id)
                    from (
                        select t.* from told t where t.kind = 'project'
                            order by t.overdue desc, t.total desc, t.said, t.project_id
                            limit 200) p), '[]'))
    );
end
$$;
