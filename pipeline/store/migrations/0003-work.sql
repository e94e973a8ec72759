-- What is to be computed, who tried, and how each try ended. This is the truth about work: a queue only hands it out,
-- and may lose all it holds.

create table work_run (
  id          text primary key,
  label       text not null,
  place       text not null,
  plan        text not null,
  algorithm   text not null,
  -- The coordinator that works on the run; a later one takes it over.
  owner       text not null,
  state       text not null check (state in ('running', 'held', 'merging', 'finished', 'failed', 'cancelled')),
  -- What a person has asked for and the coordinator has not done yet.
  wish        text check (wish in ('cancel', 'merge')),
  error       jsonb,
  started_at  timestamptz not null default now(),
  changed_at  timestamptz not null default now(),
  ended_at    timestamptz
);

-- A unit's key is the hash of all that decides its bytes: parcels, scenes, algorithm, parameters.
create table work_unit (
  run_id      text not null references work_run (id) on delete cascade,
  key         text not null,
  label       text not null,
  state       text not null default 'due' check (state in ('due', 'running', 'done', 'dead')),
  -- Number of the last attempt. Only the attempt that still holds it may end the unit.
  token       integer not null default 0,
  -- Attempts that failed through the unit, and attempts whose worker was lost, since the unit was last made due by a person.
  failures    integer not null default 0,
  -- Of the attempts, those whose child process died.
  deaths      integer not null default 0,
  losses      integer not null default 0,
  changed_at  timestamptz not null default now(),
  primary key (run_id, key)
);
create index work_unit_state on work_unit (run_id, state);

create table work_attempt (
  run_id      text not null,
  key         text not null,
  token       integer not null,
  worker      text not null,
  started_at  timestamptz not null default now(),
  ended_at    timestamptz,
  outcome     text check (outcome in ('done', 'failed', 'lost')),
  error       jsonb,
  primary key (run_id, key, token),
  foreign key (run_id, key) references work_unit (run_id, key) on delete cascade
);
create index work_attempt_open on work_attempt (run_id) where ended_at is null;

-- One result a unit: the primary key is what makes a second one impossible.
create table unit_result (
  run_id    text not null,
  key       text not null,
  token     integer not null,
  sha256    text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes     double precision not null check (bytes >= 0),
  ended_at  timestamptz not null default now(),
  primary key (run_id, key),
  foreign key (run_id, key) references work_unit (run_id, key) on delete cascade
);
create index unit_result_ended on unit_result (run_id, ended_at);

-- A unit given up, for a person to see. `resolution` says what became of it.
create table dead_letter (
  run_id       text not null,
  key          text not null,
  token        integer not null,
  error        jsonb not null,
  died_at      timestamptz not null default now(),
  resolution   text check (resolution in ('retried', 'left_out')),
  resolved_at  timestamptz,
  primary key (run_id, key, token),
  foreign key (run_id, key) references work_unit (run_id, key) on delete cascade
);
