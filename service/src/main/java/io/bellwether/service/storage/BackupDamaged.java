package io.bellwether.service.storage;

import java.io.IOException;

/** A backup is not what was taken: it was cut off or changed, or never was one. The message says how it shows. */
public final class BackupDamaged extends IOException {
    private static final long serialVersionUID = 1;

    BackupDamaged(String how) {
        super(how);
    }
}
