package io.bellwether.service;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static io.bellwether.HouseRules.noClockAndNoDice;
import static io.bellwether.HouseRules.nobodySleeps;
import static io.bellwether.HouseRules.pureRoom;
import static io.bellwether.HouseRules.room;
import static io.bellwether.HouseRules.roomAmongOurs;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.bellwether.PackageSigns;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Who may know whom in the service: the map in README.md, held. */
class ServiceLayoutTest {
    private static final String REPLICATION = "io.bellwether.replication..";
    private static final String GATEWAY = "io.bellwether.gateway..";
    private static final String SERVICE = "io.bellwether.service";
    private static final String HTTP = "io.bellwether.service.http..";
    private static final String NODE = "io.bellwether.service.node..";
    private static final String DATA = "io.bellwether.service.data..";
    private static final String STORAGE = "io.bellwether.service.storage..";

    private static final String TRIAL = "io.bellwether.service.trial..";

    private static final JavaClasses ALL = new ClassFileImporter().importPackages(SERVICE);
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(SERVICE);

    @Test
    void dataKnowsReplicationAndTheDoorOfTheGateway() {
        pureRoom(DATA, REPLICATION, GATEWAY, "java.nio", "java.time").check(PRODUCTION);
    }

    @Test
    void theRecordsAskNeitherClockNorDice() {
        noClockAndNoDice(DATA).check(PRODUCTION);
    }

    @Test
    void nodeKnowsReplicationAndGateway() {
        room(NODE, REPLICATION, GATEWAY, "org.slf4j..", "com.codahale.metrics..", "io.prometheus..")
                .check(PRODUCTION);
    }

    @Test
    void storageKnowsReplicationAndData() {
        room(STORAGE, REPLICATION, DATA, "org.rocksdb..", "org.slf4j..").check(PRODUCTION);
    }

    @Test
    void httpKnowsNodeAndDataAndTheValuesOfTheRecipe() {
        roomAmongOurs(HTTP, NODE, DATA, REPLICATION, GATEWAY).check(PRODUCTION);
    }

    @Test
    void trialKnowsNoneOfOursAndNobodyKnowsIt() {
        roomAmongOurs(TRIAL).check(PRODUCTION);
        noClasses()
                .that()
                .resideOutsideOfPackage(TRIAL)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(TRIAL)
                .check(PRODUCTION);
    }

    @Test
    void onlyTheWiringKnowsBothZooKeeperAndHttp() {
        noClasses()
                .that()
                .resideInAPackage(HTTP)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..", "org.rocksdb..")
                .allowEmptyShould(true)
                .check(PRODUCTION);
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
