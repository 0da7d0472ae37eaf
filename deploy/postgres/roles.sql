-- Two roles for a database of Cano: cano_owner changes the schema (`database migrate`), cano_user is what silos and clients use and can only read and write rows.
-- Run it once, in the database that Cano is to use, before the first migration: psql -v ON_ERROR_STOP=1 -d cano -f roles.sql. Change both passwords.
-- As a superuser, or as the owner of that database with the right to make roles (CREATEROLE), which is what a managed server gives you.

CREATE ROLE cano_owner LOGIN PASSWORD 'change-this-one';
CREATE ROLE cano_user LOGIN PASSWORD 'and-change-this-one';

-- Whoever is no superuser must be a member of the owner to set its defaults below, and to restore what it owns.
GRANT cano_owner TO CURRENT_USER;

-- Up to PostgreSQL 14 everyone could make tables.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO cano_owner;
GRANT USAGE ON SCHEMA public TO cano_user;

-- What the owner makes, now and in later migrations, the user may read and write.
ALTER DEFAULT PRIVILEGES FOR ROLE cano_owner IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cano_user;
ALTER DEFAULT PRIVILEGES FOR ROLE cano_owner IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO cano_user;
