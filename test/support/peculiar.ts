/** An X.509 library that this project does not use: a second reader and writer. It needs the polyfill loaded first. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { cryptoProvider } from '@peculiar/x509';

cryptoProvider.set(webcrypto);

export * from '@peculiar/x509';
