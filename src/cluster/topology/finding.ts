/**
 * What is wrong though every value by itself is right. `at` is the path of the entry, as
 * "hosts.web1.address".
 */
export interface Finding {
  readonly at: string;
  readonly message: string;
}
