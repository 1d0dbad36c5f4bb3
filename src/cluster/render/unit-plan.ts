/** What the units of systemd are made from, for a host of a cluster as for a single machine. */
export interface UnitPlan {
  /** The first line: who has made the unit, and what to do instead of editing it. */
  readonly madeBy: string;
  /** Folder, or link to the folder, of the release in force. */
  readonly release: string;
  /** REPERIO_DATA. */
  readonly data: string;
  /** System user and group. */
  readonly user: string;
  /** The folder of documents, where it is not in the data folder. */
  readonly files: string | undefined;
  /** The folder of backups, where it is not in the data folder. */
  readonly backup: string | undefined;
  /** Where text messages are put for another program to send. */
  readonly spool: string | undefined;
  /** The settings file; undefined: reperio.yaml in the data folder, if it is there. */
  readonly settings: string | undefined;
  /** A file of variables with what is secret, which only root can read. */
  readonly secrets: UnitSecrets | undefined;
  /** Does the node run a PostgreSQL of its own? */
  readonly embedded: boolean;
  /** Addresses to listen on, without brackets. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Port of the loopback address where the supervisor tells how the node is; 0 is none. */
  readonly statusPort: number;
}

export interface UnitSecrets {
  readonly path: string;
  readonly optional: boolean;
  /** A sentence: what is in it; undefined: the address of the database. */
  readonly what?: string;
}

/** Where units of an operator go; packages have another folder. */
export const unitFolder = '/etc/systemd/system';

export const socketUnit = 'reperio-web.socket';
export const statusSocketUnit = 'reperio-status.socket';
