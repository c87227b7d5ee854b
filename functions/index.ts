// The app's entry: importing a trigger registers it.
import './scan.ts';
import './renew.ts';
import './abandon.ts';
