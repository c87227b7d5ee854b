import 'reflect-metadata';
import type { X509Certificate } from 'node:crypto';
import { Name } from '@peculiar/x509';
import { readDistinguishedNames } from './distinguished-names.ts';

/**
 * The value of the subject's common name, the last if there are several; empty if it has none, or none that can be read.
 * DPS shows this and nothing else of the subject.
 */
export function commonName({ raw }: X509Certificate): string {
  // Not from `toLegacyObject()`: that kills the process (SIGSEGV, Node 24) where OpenSSL cannot decode the public key.
  try {
    return new Name(readDistinguishedNames(raw).subject).getField('CN').at(-1) ?? '';
  } catch {
    return '';
  }
}
