package io.bellwether;

import static io.bellwether.HouseRules.noClockAndNoDice;
import static io.bellwether.HouseRules.nobodySleeps;
import static io.bellwether.HouseRules.pureRoom;
import static io.bellwether.HouseRules.room;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who may know whom in the recipe: the map in README.md, held. */
class RecipesLayoutTest {
    private static final String REPLICATION = "io.bellwether.replication..";
    private static final String GATEWAY = "io.bellwether.gateway..";
    private static final String COORDINATION = "io.bellwether.coordination..";

    private static final JavaClasses ALL = new ClassFileImporter().importPackages("io.bellwether");
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.bellwether");

    @Test
    void replicationKnowsNobody() {
        pureRoom(REPLICATION).check(PRODUCTION);
    }

    @Test
    void gatewayKnowsReplication() {
        pureRoom(GATEWAY, REPLICATION).check(PRODUCTION);
    }

    @Test
    void coordinationKnowsReplicationAndZooKeeper() {
        room(
                        COORDINATION,
                        REPLICATION,
                        "org.apache.curator..",
                        "org.apache.zookeeper..",
                        "org.slf4j..",
                        "com.fasterxml.jackson..")
                .check(PRODUCTION);
    }

    @Test
    void theCoreAsksNeitherClockNorDice() {
        noClockAndNoDice(REPLICATION, GATEWAY).check(PRODUCTION);
    }

    @Test
    void nobodySleepsTestsIncluded() {
        nobodySleeps().check(ALL);
    }

    @Test
    void everyPackageHasItsSign() {
        assertThat(PackageSigns.missingBelow(Path.of("src/main/java"))).isEmpty();
    }
}
