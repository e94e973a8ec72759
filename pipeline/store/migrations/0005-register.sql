-- The register of parcels: what was drawn or imported, by whom and why. A version is never overwritten or deleted: a
-- change is a new version, and so is a withdrawal.

-- One row. Who writes locks it first, so that changes come one after the other and numbers have no gaps.
create table register_state (
  id        integer primary key check (id = 1),
  -- Grows with every change.
  revision  integer not null check (revision >= 0)
);
insert into register_state (id, revision) values (1, 0);

-- Last number that was given to a parcel of a region.
create table register_region (
  id           text primary key,
  last_number  integer not null check (last_number >= 1)
);

-- What is current of each parcel; its versions tell the rest.
create table register_parcel (
  id            text primary key,
  region_id     text not null,
  version       integer not null check (version >= 1),
  state         text not null check (state in ('active', 'withdrawn')),
  bbox          box not null,
  -- Of the boundary alone, whatever the parcel is called.
  shape_sha256  text not null check (shape_sha256 ~ '^[0-9a-f]{64}$')
);
create index register_parcel_bbox on register_parcel using gist (bbox);
create unique index register_parcel_shape on register_parcel (shape_sha256) where state = 'active';

create table register_version (
  parcel_id        text not null references register_parcel (id),
  version          integer not null check (version >= 1),
  -- Of the register, when this version came.
  revision         integer not null check (revision >= 1),
  state            text not null check (state in ('active', 'withdrawn')),
  geometry         jsonb not null,
  bbox             box not null,
  parcel_ha        double precision not null check (parcel_ha > 0),
  attributes       jsonb not null,
  author           text not null check (author <> ''),
  reason           text not null check (reason <> ''),
  at               timestamptz not null,
  provenance       jsonb not null,
  -- Warnings that stood when it was registered.
  warnings         jsonb not null,
  -- As parcel.version of runs: a result with this hash was measured on this boundary.
  geometry_sha256  text not null check (geometry_sha256 ~ '^[0-9a-f]{64}$'),
  primary key (parcel_id, version)
);
create index register_version_geometry on register_version (geometry_sha256);

-- What was sent under a draft's id: sent again, it makes no second parcel.
create table register_draft (
  id          text primary key,
  sha256      text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  parcel_id   text not null,
  version     integer not null,
  foreign key (parcel_id, version) references register_version (parcel_id, version)
);

create function register_keep() returns trigger language plpgsql as $$
begin
  raise exception 'a version of the register is never changed or deleted';
end
$$;
create trigger register_version_kept before update or delete or truncate on register_version
  for each statement execute function register_keep();

create function register_number() returns trigger language plpgsql as $$
begin
  if new.version <> 1 + coalesce((select max(version) from register_version where parcel_id = new.parcel_id), 0) then
    raise exception 'version % of parcel % does not follow the one before', new.version, new.parcel_id;
  end if;
  return new;
end
$$;
create trigger register_version_numbered before insert on register_version
  for each row execute function register_number();
