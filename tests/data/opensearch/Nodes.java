import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.index.mapper.MapperExtrasPlugin;
import org.opensearch.index.reindex.ReindexPlugin;
import org.opensearch.node.Node;
import org.opensearch.painless.PainlessPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;
import org.opensearch.transport.TransportService;

/**
 * A cluster of real nodes in one process, on the loopback interface, for tests.
 *
 * <p>Arguments: a folder for data, the first node's number, the number of nodes, and settings of theirs, as
 * "KEY=VALUE". Where the first is not 1, they join those that another process has started with the same folder. Prints
 * "started NUMBER HOST:PORT" for each node, then "ready". Then reads "stop NUMBER" and "start NUMBER NUMBER..." from
 * standard input, and answers "stopped NUMBER", or as at the start. A node that starts again keeps its data and its
 * port. All ends, as a power failure would end it, with standard input: when the process that gives the commands closes
 * it, or has gone.
 */
public class Nodes {
    private static final List<Class<? extends Plugin>> MODULES = List.of(
        CommonAnalysisPlugin.class,
        MapperExtrasPlugin.class,
        Netty4Plugin.class,
        PainlessPlugin.class,
        ReindexPlugin.class
    );

    private final Path folder;
    private final int first;
    private final List<String> names;
    private final Settings own;
    private final Map<Integer, Node> running = new TreeMap<>();
    private final Map<Integer, Integer> ports = new TreeMap<>();

    private Nodes(Path folder, int first, int count, List<String> settings) {
        this.folder = folder;
        this.first = first;
        Settings.Builder told = Settings.builder();
        for (String setting : settings) {
            String[] parts = setting.split("=", 2);
            told.put(parts[0], parts[1]);
        }
        this.own = told.build();
        this.names = IntStream.range(first, first + count).mapToObj(Nodes::name).collect(Collectors.toList());
    }

    public static void main(String[] arguments) {
        int status = 1;
        try {
            List<String> told = List.of(arguments);
            int first = Integer.parseInt(told.get(1));
            int count = Integer.parseInt(told.get(2));
            Nodes nodes = new Nodes(Path.of(told.get(0)), first, count, told.subList(3, told.size()));
            nodes.startAll();
            nodes.obey(new BufferedReader(new InputStreamReader(System.in)));
            status = 0;
        } catch (Exception e) {
            e.printStackTrace();
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }

    private void startAll() throws Exception {
        for (int place = 0; place < names.size(); place++) {
            start(first + place);
        }
        awaitAll();
        System.out.println("ready");
    }

    private void obey(BufferedReader commands) throws Exception {
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] words = line.split(" ");
            if (words[0].equals("stop")) {
                stop(Integer.parseInt(words[1]));
            } else {
                for (int place = 1; place < words.length; place++) {
                    start(Integer.parseInt(words[place]));
                }
                awaitAll();
                System.out.println("ready");
            }
        }
    }

    private void start(int number) throws Exception {
        Environment environment = new Environment(settings(number), Files.createDirectories(folder.resolve("config")));
        Node node = new LocalNode(environment);
        node.start();
        running.put(number, node);
        var address = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
        ports.put(number, address.getPort());
        if (!joins()) {
            tellWhereNodesAre();
        }
        System.out.println("started " + number + " " + address);
    }

    private void stop(int number) throws Exception {
        Node node = running.remove(number);
        node.close();
        node.awaitClose(1, TimeUnit.MINUTES);
        System.out.println("stopped " + number);
    }

    private Settings settings(int number) {
        return Settings.builder()
            .put("cluster.name", "timviet-tests")
            .put("node.name", name(number))
            .put("path.home", folder.toString())
            .put("path.data", folder.resolve(name(number)).toString())
            .put("network.host", "127.0.0.1")
            .put("http.port", ports.getOrDefault(number, 0))
            .put("transport.port", 0)
            .putList("cluster.initial_cluster_manager_nodes", joins() ? List.of() : names)
            .put("discovery.seed_providers", "file")
            .put("discovery.initial_state_timeout", "0s") // no node waits for those that are started after it
            .put("cluster.routing.allocation.disk.threshold_enabled", false) // disks of test machines may be full
            .put("indices.breaker.total.use_real_memory", false) // the heap is not one node's alone
            .put(own)
            .build();
    }

    /** Write the file in which nodes look again and again for each other. */
    private void tellWhereNodesAre() throws IOException {
        List<String> addresses = running.values().stream()
            .map(node -> node.injector().getInstance(TransportService.class).boundAddress().publishAddress().toString())
            .collect(Collectors.toList());
        Files.write(folder.resolve("config").resolve("unicast_hosts.txt"), addresses);
    }

    /** Wait until every node that runs has joined. */
    private void awaitAll() {
        Node any = running.values().iterator().next();
        var health = any.client().admin().cluster().prepareHealth().setWaitForNodes(joins() ? ">=" + (first + names.size() - 1) : String.valueOf(running.size()));
        if (health.setTimeout(TimeValue.timeValueMinutes(1)).get().isTimedOut()) {
            throw new IllegalStateException("not all of " + running.size() + " nodes joined within a minute");
        }
    }

    private boolean joins() {
        return first > 1;
    }

    private static String name(int number) {
        return "node-" + number;
    }

    /** A node whose modules are on the class path. */
    private static class LocalNode extends Node {
        LocalNode(Environment environment) {
            super(environment, MODULES, true);
        }

        @Override
        protected void configureNodeAndClusterIdStateListener(ClusterService clusterService) {
            // What it sets is one for the whole process, and may be set once.
        }
    }
}
