CREATE TABLE organisations (
  id VARCHAR(40) NOT NULL,
  slug VARCHAR(60) NOT NULL,
  name VARCHAR(200) NOT NULL,
  country VARCHAR(2) NOT NULL,
  roles JSONB NOT NULL,
  is_exchange BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_organisations PRIMARY KEY (id),
  CONSTRAINT uq_organisations_slug UNIQUE (slug)
)
--;;
CREATE TABLE people (
  id VARCHAR(40) NOT NULL,
  email VARCHAR(254) NOT NULL,
  name VARCHAR(200) NOT NULL,
  password_hash VARCHAR(255),
  language VARCHAR(5) NOT NULL,
  failed_logins INTEGER NOT NULL,
  locked_until TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_people PRIMARY KEY (id),
  CONSTRAINT uq_people_email UNIQUE (email)
)
--;;
CREATE TABLE jobs (
  id VARCHAR(40) NOT NULL,
  name VARCHAR(100) NOT NULL,
  arguments JSONB NOT NULL,
  dedup_key VARCHAR(200),
  state VARCHAR(10) NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE NOT NULL,
  attempts INTEGER NOT NULL,
  lease VARCHAR(40),
  leased_until TIMESTAMP WITH TIME ZONE,
  last_error TEXT,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_jobs PRIMARY KEY (id),
  CONSTRAINT uq_jobs_dedup_key UNIQUE (dedup_key)
)
--;;
CREATE INDEX ix_jobs_due ON jobs (state, due_at)
--;;
CREATE TABLE proof_leaves (
  id VARCHAR(40) NOT NULL,
  seq BIGINT,
  kind VARCHAR(60) NOT NULL,
  subject_id VARCHAR(80),
  commitment VARCHAR(64) NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  leaf TEXT NOT NULL,
  salt BYTEA,
  fact TEXT,
  jws TEXT,
  CONSTRAINT pk_proof_leaves PRIMARY KEY (id),
  CONSTRAINT uq_proof_leaves_seq UNIQUE (seq)
)
--;;
CREATE INDEX ix_proof_leaves_subject_id_id ON proof_leaves (subject_id, id)
--;;
CREATE INDEX ix_proof_leaves_unsealed ON proof_leaves (id) WHERE seq IS NULL
--;;
CREATE OR REPLACE FUNCTION proof_leaves_insert_0() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.seq IS NOT NULL THEN RAISE EXCEPTION 'only the sealer gives an entry its position' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_leaves_insert_0 BEFORE INSERT ON proof_leaves FOR EACH ROW EXECUTE FUNCTION proof_leaves_insert_0()
--;;
CREATE OR REPLACE FUNCTION proof_leaves_insert_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM proof_leaves WHERE id = NEW.id) THEN RAISE EXCEPTION 'an entry is recorded once' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_leaves_insert_1 BEFORE INSERT ON proof_leaves FOR EACH ROW EXECUTE FUNCTION proof_leaves_insert_1()
--;;
CREATE OR REPLACE FUNCTION proof_leaves_update_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ((OLD.seq IS NULL AND NEW.seq IS NOT NULL AND NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.kind IS NOT DISTINCT FROM OLD.kind AND NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id AND NEW.commitment IS NOT DISTINCT FROM OLD.commitment AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.leaf IS NOT DISTINCT FROM OLD.leaf AND NEW.salt IS NOT DISTINCT FROM OLD.salt AND NEW.fact IS NOT DISTINCT FROM OLD.fact AND NEW.jws IS NOT DISTINCT FROM OLD.jws) OR (NEW.seq IS NOT DISTINCT FROM OLD.seq AND NEW.id IS NOT DISTINCT FROM OLD.id AND NEW.kind IS NOT DISTINCT FROM OLD.kind AND NEW.subject_id IS NOT DISTINCT FROM OLD.subject_id AND NEW.commitment IS NOT DISTINCT FROM OLD.commitment AND NEW.at IS NOT DISTINCT FROM OLD.at AND NEW.leaf IS NOT DISTINCT FROM OLD.leaf AND NEW.salt IS NULL AND NEW.fact IS NULL AND NEW.jws IS NULL)) THEN RAISE EXCEPTION 'an entry is only sealed once, or its content erased' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_leaves_update_2 BEFORE UPDATE ON proof_leaves FOR EACH ROW EXECUTE FUNCTION proof_leaves_update_2()
--;;
CREATE OR REPLACE FUNCTION proof_leaves_delete_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'log entries are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
--;;
CREATE TRIGGER proof_leaves_delete_3 BEFORE DELETE ON proof_leaves FOR EACH ROW EXECUTE FUNCTION proof_leaves_delete_3()
--;;
CREATE OR REPLACE FUNCTION proof_leaves_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'log rows are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;;
CREATE TRIGGER proof_leaves_truncate BEFORE TRUNCATE ON proof_leaves FOR EACH STATEMENT EXECUTE FUNCTION proof_leaves_truncate()
--;;
CREATE TABLE proof_tiles (
  level INTEGER NOT NULL,
  number BIGINT NOT NULL,
  hashes BYTEA NOT NULL,
  CONSTRAINT pk_proof_tiles PRIMARY KEY (level, number)
)
--;;
CREATE OR REPLACE FUNCTION proof_tiles_insert_0() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM proof_tiles WHERE level = NEW.level AND number = NEW.number) THEN RAISE EXCEPTION 'a tile is added once' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_tiles_insert_0 BEFORE INSERT ON proof_tiles FOR EACH ROW EXECUTE FUNCTION proof_tiles_insert_0()
--;;
CREATE OR REPLACE FUNCTION proof_tiles_update_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT (NEW.level IS NOT DISTINCT FROM OLD.level AND NEW.number IS NOT DISTINCT FROM OLD.number AND substring(NEW.hashes from 1 for octet_length(OLD.hashes)) = OLD.hashes) THEN RAISE EXCEPTION 'a tile only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_tiles_update_1 BEFORE UPDATE ON proof_tiles FOR EACH ROW EXECUTE FUNCTION proof_tiles_update_1()
--;;
CREATE OR REPLACE FUNCTION proof_tiles_delete_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'log tiles are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
--;;
CREATE TRIGGER proof_tiles_delete_2 BEFORE DELETE ON proof_tiles FOR EACH ROW EXECUTE FUNCTION proof_tiles_delete_2()
--;;
CREATE OR REPLACE FUNCTION proof_tiles_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'log rows are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;;
CREATE TRIGGER proof_tiles_truncate BEFORE TRUNCATE ON proof_tiles FOR EACH STATEMENT EXECUTE FUNCTION proof_tiles_truncate()
--;;
CREATE TABLE proof_checkpoints (
  size BIGINT NOT NULL,
  root BYTEA NOT NULL,
  note TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_proof_checkpoints PRIMARY KEY (size)
)
--;;
CREATE OR REPLACE FUNCTION proof_checkpoints_insert_0() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM proof_checkpoints WHERE size >= NEW.size) THEN RAISE EXCEPTION 'the log only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_checkpoints_insert_0 BEFORE INSERT ON proof_checkpoints FOR EACH ROW EXECUTE FUNCTION proof_checkpoints_insert_0()
--;;
CREATE OR REPLACE FUNCTION proof_checkpoints_update_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'checkpoints never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_checkpoints_update_1 BEFORE UPDATE ON proof_checkpoints FOR EACH ROW EXECUTE FUNCTION proof_checkpoints_update_1()
--;;
CREATE OR REPLACE FUNCTION proof_checkpoints_delete_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'checkpoints are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
--;;
CREATE TRIGGER proof_checkpoints_delete_2 BEFORE DELETE ON proof_checkpoints FOR EACH ROW EXECUTE FUNCTION proof_checkpoints_delete_2()
--;;
CREATE OR REPLACE FUNCTION proof_checkpoints_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'log rows are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;;
CREATE TRIGGER proof_checkpoints_truncate BEFORE TRUNCATE ON proof_checkpoints FOR EACH STATEMENT EXECUTE FUNCTION proof_checkpoints_truncate()
--;;
CREATE TABLE proof_keys (
  key_id VARCHAR(8) NOT NULL,
  kind INTEGER NOT NULL,
  origin VARCHAR(255) NOT NULL,
  vkey TEXT NOT NULL,
  sealed_seed BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_proof_keys PRIMARY KEY (key_id),
  CONSTRAINT uq_proof_keys_kind UNIQUE (kind)
)
--;;
CREATE TABLE parcels (
  id VARCHAR(40) NOT NULL,
  agreement_id VARCHAR(40) NOT NULL,
  listing_id VARCHAR(40) NOT NULL,
  version_id VARCHAR(40) NOT NULL,
  method VARCHAR(40) NOT NULL,
  to_id VARCHAR(40) NOT NULL,
  key VARCHAR(100) NOT NULL,
  digest VARCHAR(80) NOT NULL,
  rows BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  file_ids JSONB NOT NULL,
  opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_parcels PRIMARY KEY (id),
  CONSTRAINT uq_parcels_agreement_id_version_id_key UNIQUE (agreement_id, version_id, key)
)
--;;
CREATE INDEX ix_parcels_agreement_id ON parcels (agreement_id)
--;;
CREATE OR REPLACE FUNCTION parcels_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'parcels never change'; END $$
--;;
CREATE TRIGGER parcels_no_update BEFORE UPDATE ON parcels FOR EACH ROW EXECUTE FUNCTION parcels_no_update()
--;;
CREATE OR REPLACE FUNCTION parcels_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'parcels never change'; END $$
--;;
CREATE TRIGGER parcels_no_delete BEFORE DELETE ON parcels FOR EACH ROW EXECUTE FUNCTION parcels_no_delete()
--;;
CREATE TABLE shared_files (
  id VARCHAR(64) NOT NULL,
  version_id VARCHAR(40) NOT NULL,
  "table" VARCHAR(255) NOT NULL,
  name VARCHAR(300) NOT NULL,
  form VARCHAR(20) NOT NULL,
  media_type VARCHAR(200) NOT NULL,
  key VARCHAR(300) NOT NULL,
  sha256 VARCHAR(64) NOT NULL,
  bytes BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  fields JSONB NOT NULL,
  stats JSONB,
  row_groups JSONB NOT NULL,
  made_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_shared_files PRIMARY KEY (id)
)
--;;
CREATE INDEX ix_shared_files_version_id ON shared_files (version_id)
--;;
CREATE TABLE share_schemas (
  agreement_id VARCHAR(40) NOT NULL,
  buyer_id VARCHAR(40) NOT NULL,
  owner_id VARCHAR(40) NOT NULL,
  name VARCHAR(255) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_share_schemas PRIMARY KEY (agreement_id)
)
--;;
CREATE INDEX ix_share_schemas_buyer_id ON share_schemas (buyer_id)
--;;
CREATE TABLE failed_transfers (
  id VARCHAR(40) NOT NULL,
  result VARCHAR(60) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_failed_transfers PRIMARY KEY (id)
)
--;;
CREATE TABLE memberships (
  person_id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  roles JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_memberships PRIMARY KEY (person_id, organisation_id),
  CONSTRAINT fk_memberships_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_memberships_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_memberships_organisation_id ON memberships (organisation_id)
--;;
CREATE TABLE logins (
  token_hash VARCHAR(64) NOT NULL,
  csrf VARCHAR(64) NOT NULL,
  person_id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40),
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_logins PRIMARY KEY (token_hash),
  CONSTRAINT fk_logins_person_id FOREIGN KEY(person_id) REFERENCES people (id),
  CONSTRAINT fk_logins_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_logins_person_id ON logins (person_id)
--;;
CREATE TABLE api_keys (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  person_id VARCHAR(40),
  name VARCHAR(200) NOT NULL,
  secret_hash VARCHAR(64) NOT NULL,
  roles JSONB NOT NULL,
  scopes JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  last_used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_api_keys PRIMARY KEY (id),
  CONSTRAINT fk_api_keys_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id),
  CONSTRAINT fk_api_keys_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
--;;
CREATE INDEX ix_api_keys_organisation_id ON api_keys (organisation_id)
--;;
CREATE TABLE signing_keys (
  id VARCHAR(64) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  public_x VARCHAR(64) NOT NULL,
  sealed BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  retired_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_signing_keys PRIMARY KEY (id),
  CONSTRAINT fk_signing_keys_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE UNIQUE INDEX uq_signing_keys_current ON signing_keys (organisation_id) WHERE retired_at IS NULL
--;;
CREATE INDEX ix_signing_keys_organisation_id ON signing_keys (organisation_id)
--;;
CREATE TABLE links (
  token_hash VARCHAR(64) NOT NULL,
  kind VARCHAR(10) NOT NULL,
  email VARCHAR(254) NOT NULL,
  organisation_id VARCHAR(40),
  roles JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_links PRIMARY KEY (token_hash),
  CONSTRAINT fk_links_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE TABLE notifications (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  kind VARCHAR(100) NOT NULL,
  subject_id VARCHAR(40) NOT NULL,
  facts JSONB NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  read_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_notifications PRIMARY KEY (id),
  CONSTRAINT fk_notifications_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_notifications_organisation ON notifications (organisation_id, id)
--;;
CREATE TABLE listings (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  state VARCHAR(10) NOT NULL,
  visibility VARCHAR(10) NOT NULL,
  version_number INTEGER NOT NULL,
  pending_number INTEGER,
  reason TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_listings PRIMARY KEY (id),
  CONSTRAINT fk_listings_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_listings_organisation ON listings (organisation_id, id)
--;;
CREATE INDEX ix_listings_state ON listings (state, id)
--;;
CREATE TABLE negotiations (
  id VARCHAR(40) NOT NULL,
  listing_id VARCHAR(40) NOT NULL,
  version_id VARCHAR(40) NOT NULL,
  owner_id VARCHAR(40) NOT NULL,
  buyer_id VARCHAR(40) NOT NULL,
  purpose VARCHAR(100) NOT NULL,
  method VARCHAR(40) NOT NULL,
  territory VARCHAR(2),
  message TEXT NOT NULL,
  state VARCHAR(10) NOT NULL,
  round INTEGER NOT NULL,
  decide_by TIMESTAMP WITH TIME ZONE NOT NULL,
  acceptance_seconds INTEGER NOT NULL,
  auto_approved BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_negotiations PRIMARY KEY (id),
  CONSTRAINT fk_negotiations_owner_id FOREIGN KEY(owner_id) REFERENCES organisations (id),
  CONSTRAINT fk_negotiations_buyer_id FOREIGN KEY(buyer_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_negotiations_listing_id ON negotiations (listing_id)
--;;
CREATE INDEX ix_negotiations_owner ON negotiations (owner_id, id)
--;;
CREATE INDEX ix_negotiations_buyer ON negotiations (buyer_id, id)
--;;
CREATE TABLE idempotency_keys (
  organisation_id VARCHAR(40) NOT NULL,
  key VARCHAR(200) NOT NULL,
  kind VARCHAR(40) NOT NULL,
  request VARCHAR(80) NOT NULL,
  result_id VARCHAR(40) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (organisation_id, key),
  CONSTRAINT fk_idempotency_keys_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE TABLE proof_cosignatures (
  size BIGINT NOT NULL,
  name VARCHAR(255) NOT NULL,
  key_id VARCHAR(8) NOT NULL,
  line TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_proof_cosignatures PRIMARY KEY (size, name, key_id),
  CONSTRAINT fk_proof_cosignatures_size FOREIGN KEY(size) REFERENCES proof_checkpoints (size)
)
--;;
CREATE OR REPLACE FUNCTION proof_cosignatures_insert_0() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM proof_cosignatures WHERE size = NEW.size AND name = NEW.name AND key_id = NEW.key_id) THEN RAISE EXCEPTION 'a witness cosigns a checkpoint once' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_cosignatures_insert_0 BEFORE INSERT ON proof_cosignatures FOR EACH ROW EXECUTE FUNCTION proof_cosignatures_insert_0()
--;;
CREATE OR REPLACE FUNCTION proof_cosignatures_update_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'cosignatures never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
--;;
CREATE TRIGGER proof_cosignatures_update_1 BEFORE UPDATE ON proof_cosignatures FOR EACH ROW EXECUTE FUNCTION proof_cosignatures_update_1()
--;;
CREATE OR REPLACE FUNCTION proof_cosignatures_delete_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'cosignatures are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
--;;
CREATE TRIGGER proof_cosignatures_delete_2 BEFORE DELETE ON proof_cosignatures FOR EACH ROW EXECUTE FUNCTION proof_cosignatures_delete_2()
--;;
CREATE OR REPLACE FUNCTION proof_cosignatures_truncate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'log rows are never deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$
--;;
CREATE TRIGGER proof_cosignatures_truncate BEFORE TRUNCATE ON proof_cosignatures FOR EACH STATEMENT EXECUTE FUNCTION proof_cosignatures_truncate()
--;;
CREATE TABLE deliveries (
  parcel_id VARCHAR(40) NOT NULL,
  agreement_id VARCHAR(40) NOT NULL,
  entry_id VARCHAR(40) NOT NULL,
  receipt TEXT NOT NULL,
  delivered_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_deliveries PRIMARY KEY (parcel_id),
  CONSTRAINT fk_deliveries_parcel_id FOREIGN KEY(parcel_id) REFERENCES parcels (id)
)
--;;
CREATE INDEX ix_deliveries_agreement_id ON deliveries (agreement_id)
--;;
CREATE OR REPLACE FUNCTION deliveries_no_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'deliveries never change'; END $$
--;;
CREATE TRIGGER deliveries_no_update BEFORE UPDATE ON deliveries FOR EACH ROW EXECUTE FUNCTION deliveries_no_update()
--;;
CREATE OR REPLACE FUNCTION deliveries_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'deliveries never change'; END $$
--;;
CREATE TRIGGER deliveries_no_delete BEFORE DELETE ON deliveries FOR EACH ROW EXECUTE FUNCTION deliveries_no_delete()
--;;
CREATE TABLE file_reads (
  id VARCHAR(40) NOT NULL,
  agreement_id VARCHAR(40) NOT NULL,
  version_id VARCHAR(40) NOT NULL,
  parcel_id VARCHAR(40) NOT NULL,
  file_id VARCHAR(64) NOT NULL,
  issue VARCHAR(40) NOT NULL,
  requests BIGINT NOT NULL,
  bytes BIGINT NOT NULL,
  sent BIGINT NOT NULL,
  rows BIGINT NOT NULL,
  spans JSONB NOT NULL,
  first_at TIMESTAMP WITH TIME ZONE NOT NULL,
  last_at TIMESTAMP WITH TIME ZONE NOT NULL,
  completed_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_file_reads PRIMARY KEY (id),
  CONSTRAINT uq_file_reads_parcel_id_file_id_issue UNIQUE (parcel_id, file_id, issue),
  CONSTRAINT fk_file_reads_parcel_id FOREIGN KEY(parcel_id) REFERENCES parcels (id),
  CONSTRAINT fk_file_reads_file_id FOREIGN KEY(file_id) REFERENCES shared_files (id)
)
--;;
CREATE INDEX ix_file_reads_agreement_id ON file_reads (agreement_id)
--;;
CREATE TABLE share_tokens (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  person_id VARCHAR(40),
  name VARCHAR(200) NOT NULL,
  secret_hash VARCHAR(64) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  revoked_at TIMESTAMP WITH TIME ZONE,
  last_used_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_share_tokens PRIMARY KEY (id),
  CONSTRAINT fk_share_tokens_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id),
  CONSTRAINT uq_share_tokens_secret_hash UNIQUE (secret_hash)
)
--;;
CREATE INDEX ix_share_tokens_organisation_id ON share_tokens (organisation_id)
--;;
CREATE TABLE accounts (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  code VARCHAR(20) NOT NULL,
  currency VARCHAR(3) NOT NULL,
  scale SMALLINT NOT NULL,
  debits_must_not_exceed_credits BOOLEAN NOT NULL,
  credits_must_not_exceed_debits BOOLEAN NOT NULL,
  debits_pending BIGINT NOT NULL,
  debits_posted BIGINT NOT NULL,
  credits_pending BIGINT NOT NULL,
  credits_posted BIGINT NOT NULL,
  closed BOOLEAN NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_accounts PRIMARY KEY (id),
  CONSTRAINT uq_accounts_organisation_id_code_currency UNIQUE (organisation_id, code, currency),
  CONSTRAINT ck_accounts_sums CHECK (debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0),
  CONSTRAINT ck_accounts_debits CHECK (NOT debits_must_not_exceed_credits OR debits_pending <= credits_posted - debits_posted),
  CONSTRAINT ck_accounts_credits CHECK (NOT credits_must_not_exceed_debits OR credits_pending <= debits_posted - credits_posted),
  CONSTRAINT fk_accounts_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE OR REPLACE FUNCTION accounts_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'what an account is cannot change'; END$$
--;;
CREATE TRIGGER accounts_refuse_update BEFORE UPDATE OF id, organisation_id, code, currency, scale, debits_must_not_exceed_credits, credits_must_not_exceed_debits ON accounts FOR EACH ROW EXECUTE FUNCTION accounts_refuse_update()
--;;
CREATE OR REPLACE FUNCTION accounts_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'accounts are never removed'; END$$
--;;
CREATE TRIGGER accounts_refuse_delete BEFORE DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION accounts_refuse_delete()
--;;
CREATE OR REPLACE FUNCTION accounts_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'accounts are never removed'; END$$
--;;
CREATE TRIGGER accounts_refuse_truncate BEFORE TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_truncate()
--;;
CREATE TABLE uploads (
  id VARCHAR(40) NOT NULL,
  organisation_id VARCHAR(40) NOT NULL,
  name VARCHAR(255) NOT NULL,
  bytes BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_uploads PRIMARY KEY (id),
  CONSTRAINT fk_uploads_organisation_id FOREIGN KEY(organisation_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_uploads_organisation_id ON uploads (organisation_id)
--;;
CREATE TABLE listing_versions (
  id VARCHAR(40) NOT NULL,
  listing_id VARCHAR(40) NOT NULL,
  number INTEGER NOT NULL,
  content TEXT NOT NULL,
  digest VARCHAR(80) NOT NULL,
  published_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_listing_versions PRIMARY KEY (id),
  CONSTRAINT uq_listing_versions_listing_id_number UNIQUE (listing_id, number),
  CONSTRAINT fk_listing_versions_listing_id FOREIGN KEY(listing_id) REFERENCES listings (id)
)
--;;
CREATE FUNCTION listing_versions_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a published version never changes'; END $$
--;;
CREATE TRIGGER listing_versions_no_change BEFORE UPDATE OR DELETE ON listing_versions FOR EACH ROW EXECUTE FUNCTION listing_versions_refuse()
--;;
CREATE TRIGGER listing_versions_no_truncate BEFORE TRUNCATE ON listing_versions FOR EACH STATEMENT EXECUTE FUNCTION listing_versions_refuse()
--;;
CREATE TABLE search_documents (
  position BIGINT NOT NULL,
  listing_id VARCHAR(40) NOT NULL,
  card JSONB NOT NULL,
  CONSTRAINT pk_search_documents PRIMARY KEY (position),
  CONSTRAINT uq_search_documents_listing_id UNIQUE (listing_id),
  CONSTRAINT fk_search_documents_listing_id FOREIGN KEY(listing_id) REFERENCES listings (id)
)
--;;
ALTER TABLE search_documents ADD COLUMN lexemes tsvector NOT NULL DEFAULT ''
--;;
ALTER TABLE search_documents ALTER COLUMN lexemes SET STORAGE EXTERNAL
--;;
ALTER TABLE search_documents ADD COLUMN head tsvector NOT NULL DEFAULT ''
--;;
CREATE INDEX ix_search_documents_lexemes ON search_documents USING gin (lexemes) WITH (fastupdate = off)
--;;
CREATE TABLE offers (
  id VARCHAR(40) NOT NULL,
  negotiation_id VARCHAR(40) NOT NULL,
  round INTEGER NOT NULL,
  by_id VARCHAR(40) NOT NULL,
  terms JSONB NOT NULL,
  price JSONB NOT NULL,
  rights JSONB NOT NULL,
  message TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_offers PRIMARY KEY (id),
  CONSTRAINT uq_offers_negotiation_id_round UNIQUE (negotiation_id, round),
  CONSTRAINT fk_offers_negotiation_id FOREIGN KEY(negotiation_id) REFERENCES negotiations (id),
  CONSTRAINT fk_offers_by_id FOREIGN KEY(by_id) REFERENCES organisations (id)
)
--;;
CREATE TABLE agreements (
  id VARCHAR(40) NOT NULL,
  negotiation_id VARCHAR(40) NOT NULL,
  listing_id VARCHAR(40) NOT NULL,
  version_id VARCHAR(40) NOT NULL,
  owner_id VARCHAR(40) NOT NULL,
  buyer_id VARCHAR(40) NOT NULL,
  state VARCHAR(10) NOT NULL,
  signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at TIMESTAMP WITH TIME ZONE,
  jws TEXT NOT NULL,
  CONSTRAINT pk_agreements PRIMARY KEY (id),
  CONSTRAINT uq_agreements_negotiation_id UNIQUE (negotiation_id),
  CONSTRAINT fk_agreements_negotiation_id FOREIGN KEY(negotiation_id) REFERENCES negotiations (id),
  CONSTRAINT fk_agreements_owner_id FOREIGN KEY(owner_id) REFERENCES organisations (id),
  CONSTRAINT fk_agreements_buyer_id FOREIGN KEY(buyer_id) REFERENCES organisations (id)
)
--;;
CREATE INDEX ix_agreements_listing_id ON agreements (listing_id)
--;;
CREATE INDEX ix_agreements_buyer ON agreements (buyer_id, id)
--;;
CREATE INDEX ix_agreements_owner ON agreements (owner_id, id)
--;;
CREATE TABLE transfers (
  position BIGSERIAL NOT NULL,
  id VARCHAR(40) NOT NULL,
  debit_account_id VARCHAR(40) NOT NULL,
  credit_account_id VARCHAR(40) NOT NULL,
  amount BIGINT NOT NULL,
  currency VARCHAR(3) NOT NULL,
  code VARCHAR(20) NOT NULL,
  flags SMALLINT NOT NULL,
  pending_id VARCHAR(40),
  expires_at TIMESTAMP WITH TIME ZONE,
  subject_id VARCHAR(80),
  memo VARCHAR(500),
  chain_id VARCHAR(40),
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_transfers PRIMARY KEY (position),
  CONSTRAINT ck_transfers_amount CHECK (amount >= 0),
  CONSTRAINT ck_transfers_sides CHECK (debit_account_id <> credit_account_id),
  CONSTRAINT ck_transfers_pending CHECK ((pending_id IS NOT NULL) = ((flags & 268) <> 0)),
  CONSTRAINT uq_transfers_id UNIQUE (id),
  CONSTRAINT fk_transfers_debit_account_id FOREIGN KEY(debit_account_id) REFERENCES accounts (id),
  CONSTRAINT fk_transfers_credit_account_id FOREIGN KEY(credit_account_id) REFERENCES accounts (id),
  CONSTRAINT fk_transfers_pending_id FOREIGN KEY(pending_id) REFERENCES transfers (id)
)
--;;
CREATE INDEX ix_transfers_subject ON transfers (subject_id) WHERE subject_id IS NOT NULL
--;;
CREATE UNIQUE INDEX uq_transfers_pending_id ON transfers (pending_id) WHERE pending_id IS NOT NULL
--;;
CREATE INDEX ix_transfers_debit ON transfers (debit_account_id, position)
--;;
CREATE INDEX ix_transfers_credit ON transfers (credit_account_id, position)
--;;
CREATE OR REPLACE FUNCTION transfers_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'transfers are never changed or removed'; END$$
--;;
CREATE TRIGGER transfers_refuse_update BEFORE UPDATE ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_refuse_update()
--;;
CREATE OR REPLACE FUNCTION transfers_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'transfers are never changed or removed'; END$$
--;;
CREATE TRIGGER transfers_refuse_delete BEFORE DELETE ON transfers FOR EACH ROW EXECUTE FUNCTION transfers_refuse_delete()
--;;
CREATE OR REPLACE FUNCTION transfers_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'transfers are never changed or removed'; END$$
--;;
CREATE TRIGGER transfers_refuse_truncate BEFORE TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION transfers_refuse_truncate()
--;;
CREATE TABLE agreement_moves (
  id VARCHAR(40) NOT NULL,
  agreement_id VARCHAR(40) NOT NULL,
  before VARCHAR(10) NOT NULL,
  after VARCHAR(10) NOT NULL,
  by_id VARCHAR(40),
  by_exchange BOOLEAN NOT NULL,
  reason TEXT NOT NULL,
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_agreement_moves PRIMARY KEY (id),
  CONSTRAINT fk_agreement_moves_agreement_id FOREIGN KEY(agreement_id) REFERENCES agreements (id)
)
--;;
CREATE INDEX ix_agreement_moves_agreement_id ON agreement_moves (agreement_id)
