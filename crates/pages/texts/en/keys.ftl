keys-stopped = You stopped accepting this key here: { $date }
keys-stopped-fix = Sign in with another key of yours. In the cabinet, under Keys, this one can be accepted again
keys-shared = This key is not accepted here since { $date }: it seems to be used by several people
keys-shared-fix = Sign in with another key of yours, or ask the office of your school or service
sms-key-stopped = Kiru: an EDS key is no longer accepted here: { $time }. Not you? { $site }/stop, code { $stop }
sms-key-accepted = Kiru: an EDS key is accepted again: { $time }. Not you? { $site }/stop, code { $stop }
sms-key-new = Kiru: a new EDS key was used: { $time }. Not you? { $site }/stop, code { $stop }
