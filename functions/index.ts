// The app's entry: importing a trigger registers it.
import './scan.ts';
import './renew.ts';
import './renew-now.ts';
import './abandon.ts';
import './allocate.ts';
import './attest.ts';
import './abandon-attestation.ts';
import './status.ts';
import './terminate.ts';
