-- The statements by which the roles may sign in, on every node: a node opens the connections to others
-- as the role that asks. They have no password, so it is the nodes' own rules of who signs in how
-- (pg_hba.conf) that let them in, and nobody else.

select r.rolname, format('alter role %I login', r.rolname)
    from pg_roles r
    where r.rolname ~ '^cocreate_'
