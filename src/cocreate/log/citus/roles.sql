-- The statements by which the roles are on every node, and may sign in there: a node opens the
-- connections to others as the role that asks. They have no password, so it is the nodes' own rules of
-- who signs in how (pg_hba.conf) that let them in, and nobody else.

select r.rolname, format('alter role %I login', r.rolname)
    from pg_roles r
    where r.rolname in ('cocreate_app', 'cocreate_projector', 'cocreate_notary')
        and not r.rolcanlogin
