/** What is lost when a table is lost. */
export interface TableNote {
  /**
   * truth: nothing else knows it, so a backup has it. derived: it is made again, of the truth or by
   * running nodes.
   */
  readonly kind: 'truth' | 'derived';
  readonly what: string;
}

/** Every table that the migrations make, once. A migration that adds one says here what it is. */
export const tables: Readonly<Record<string, TableNote>> = {
  alert: { kind: 'derived', what: 'what is or was wrong: nodes look again; who had acknowledged it is lost' },
  api_token: { kind: 'truth', what: 'tokens that people have made, as digests' },
  audit: { kind: 'truth', what: 'who changed what about people, roles and groups' },
  backup_archive: { kind: 'derived', what: 'how far the log is archived: seen again within minutes' },
  backup_drill: { kind: 'truth', what: 'restores that were tried, and how long they took' },
  backup_set: { kind: 'derived', what: 'which backups there are: `reperio backup list` reads them in their place' },
  content_check: { kind: 'derived', what: 'when the bytes of files were last read: they are read again' },
  delta: { kind: 'derived', what: 'what the index knows of the newest versions: `reperio index rebuild`' },
  deploy_lock: { kind: 'derived', what: 'who brings a release to the hosts now: the hosts know it too' },
  deployment: { kind: 'truth', what: 'releases that were brought to the hosts' },
  deployment_step: { kind: 'truth', what: 'what was done on each host, and how long it took' },
  document: { kind: 'truth', what: 'documents of records' },
  document_changes: { kind: 'derived', what: 'how often documents have changed: counted on from anywhere' },
  done_request: { kind: 'truth', what: 'answers to requests with an Idempotency-Key, for a day' },
  external_identity: { kind: 'truth', what: 'who signs in at a provider as whom' },
  failure: { kind: 'truth', what: 'kinds of failures of the program, how often each happened, and who judged it how' },
  failure_hour: { kind: 'truth', what: 'how often each kind of failure happened in each hour of a week' },
  file: { kind: 'truth', what: 'versions and formats of documents, with the digests of their bytes' },
  group_member: { kind: 'truth', what: 'who is in which group' },
  harvest_cursor: { kind: 'truth', what: 'how far the harvest of each set is' },
  harvest_record: { kind: 'truth', what: 'what became of each record that was harvested' },
  harvest_run: { kind: 'truth', what: 'past harvests: who, when, what became of their records' },
  harvest_source: { kind: 'truth', what: 'servers that are harvested, and how' },
  held: { kind: 'truth', what: 'uploads that wait for a person, and what was decided of them' },
  identifier: { kind: 'truth', what: 'by what records are known; a load may have assumed a source that no record has' },
  job: { kind: 'truth', what: 'long work that people have asked for, and what became of it' },
  job_file: { kind: 'truth', what: 'files that jobs need, by their digests' },
  job_log: { kind: 'truth', what: 'what jobs have said' },
  job_schedule: { kind: 'truth', what: 'jobs that are asked for again and again' },
  library: { kind: 'truth', what: 'which library this is, and on which timeline' },
  load_progress: { kind: 'truth', what: 'how far each load came' },
  load_run: { kind: 'truth', what: 'past loads: who, when, what became of them' },
  loaded_input: { kind: 'truth', what: 'which inputs were loaded, and when' },
  manifest: { kind: 'derived', what: 'which segments are live: `reperio index rebuild`' },
  node: { kind: 'derived', what: 'how each node is: told again every few seconds' },
  one_time: { kind: 'truth', what: 'links and cookies that are good once, as digests' },
  orphan_content: { kind: 'derived', what: 'since when contents of the file store are unnamed: they are seen again' },
  person: { kind: 'truth', what: 'accounts' },
  person_group: { kind: 'truth', what: 'groups' },
  record: { kind: 'truth', what: 'the newest version of each record' },
  record_counter: { kind: 'truth', what: 'the last record number that was given' },
  restored: { kind: 'truth', what: 'restores that made the library what it is' },
  revision: { kind: 'truth', what: 'replaced versions of records' },
  role: { kind: 'truth', what: 'roles that people have made' },
  role_grant: { kind: 'truth', what: 'what these roles may' },
  role_member: { kind: 'truth', what: 'who is in which role, those of the site file too' },
  schema_migration: { kind: 'truth', what: 'which migrations were applied' },
  segment: { kind: 'derived', what: 'segments of the index: `reperio index rebuild`' },
  segment_block: { kind: 'derived', what: 'the bytes of segments' },
  session: { kind: 'truth', what: 'who is signed in, as digests' },
  site_level: { kind: 'truth', what: 'how far the site is open, and what readers are told' },
  site_version: { kind: 'truth', what: 'every site file that was applied' },
  task: {
    kind: 'derived',
    what: 'the calendar of periodic tasks: those who do them enter them again, and do all of them',
  },
  throttle: { kind: 'derived', what: 'attempts of the last minutes: counted again from nothing' },
  upload: { kind: 'truth', what: 'what people and programs have sent' },
  upload_record: { kind: 'truth', what: 'what became of each record that they sent' },
};
