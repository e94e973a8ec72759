-- Runs and what they found. Plain SQL that PGlite and PostgreSQL both run.
-- A run's id is the hash of its inputs and parameters; a parcel's or scene's version is the hash of its content, so
-- that a result stays bound to the boundary it was measured on when that boundary is changed later.

create table run (
  id          text primary key,
  project_id  text,
  synthetic   boolean not null,
  record      jsonb not null,
  saved_at    timestamptz not null default now()
);

create table parcel (
  id          text not null,
  version     text not null,
  geometry    jsonb not null,
  bbox        box not null,
  parcel_ha   double precision not null check (parcel_ha > 0),
  primary key (id, version)
);
create index parcel_bbox on parcel using gist (bbox);

create table scene (
  id           text not null,
  version      text not null,
  collection   text not null,
  platform     text not null,
  datetime     timestamptz not null,
  grid_key     text not null,
  baseline     text,
  bbox         box not null,
  item_href    text not null,
  attribution  text not null,
  synthetic    boolean not null,
  primary key (id, version)
);
create index scene_bbox on scene using gist (bbox);

-- Every scene a run looked at. A refused scene may have been no scene that could be described: then version is null.
create table run_scene (
  run_id         text not null references run (id) on delete cascade,
  scene_id       text not null,
  scene_version  text,
  role           text not null check (role in ('used', 'superseded', 'refused')),
  reason         text not null,
  primary key (run_id, scene_id),
  foreign key (scene_id, scene_version) references scene (id, version)
);

create table acquisition (
  run_id    text not null references run (id) on delete cascade,
  id        text not null,
  platform  text not null,
  datetime  timestamptz not null,
  primary key (run_id, id)
);

create table acquisition_scene (
  run_id          text not null,
  acquisition_id  text not null,
  scene_id        text not null,
  primary key (run_id, acquisition_id, scene_id),
  foreign key (run_id, acquisition_id) references acquisition (run_id, id) on delete cascade,
  foreign key (run_id, scene_id) references run_scene (run_id, scene_id) on delete cascade
);

create table observation (
  run_id          text not null references run (id) on delete cascade,
  parcel_version  text not null,
  parcel_id       text not null,
  scene_id        text not null,
  scene_ids       text not null,
  datetime        timestamptz not null,
  platform        text not null,
  parcel_ha       double precision not null,
  observed_ha     double precision not null,
  clear_ha        double precision not null,
  clear_fraction  double precision not null,
  ndvi_mean       double precision,
  ndvi_sd         double precision,
  ndvi_p10        double precision,
  ndvi_p50        double precision,
  ndvi_p90        double precision,
  outcome         text not null check (outcome in ('ok', 'low_coverage', 'no_data')),
  reason          text not null,
  primary key (run_id, parcel_id, scene_id),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);
create index observation_of_parcel on observation (parcel_id, datetime);

-- parcel_version is null where the parcel was refused and has no geometry.
create table parcel_result (
  run_id              text not null references run (id) on delete cascade,
  parcel_version      text,
  parcel_id           text not null,
  parcel_ha           double precision,
  n_clear_baseline    integer not null,
  n_clear_period      integer not null,
  ndvi_baseline       double precision,
  ndvi_period         double precision,
  ndvi_change         double precision,
  ndvi_change_se      double precision,
  cover_baseline_pct  double precision,
  cover_period_pct    double precision,
  cover_change_pct    double precision,
  loss_ha             double precision,
  gain_ha             double precision,
  stable_ha           double precision,
  no_data_ha          double precision,
  outcome             text not null check (outcome in ('ok', 'no_data')),
  reason              text not null,
  finding             text check (finding in ('loss', 'gain', 'stable', 'not_distinguishable')),
  class_area_se       text not null,
  primary key (run_id, parcel_id),
  foreign key (parcel_id, parcel_version) references parcel (id, version)
);

create table layer (
  run_id  text not null references run (id) on delete cascade,
  name    text not null,
  kind    text not null,
  sha256  text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes   double precision not null,
  bbox    box not null,
  item    jsonb not null,
  primary key (run_id, name)
);
create index layer_bbox on layer using gist (bbox);
