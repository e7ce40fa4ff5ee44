import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

/** Compiles each Main.java below a folder by itself, into its own folder: every program has a class of that name. */
final class Compile {
  public static void main(String[] arguments) throws Exception {
    var compiler = ToolProvider.getSystemJavaCompiler();
    List<Path> files;
    try (var found = Files.walk(Path.of(arguments[1]))) {
      files = found.filter(file -> file.endsWith("Main.java")).toList();
    }
    boolean good = !files.isEmpty();
    try (var manager = compiler.getStandardFileManager(null, null, null)) {
      for (Path file : files) {
        var options = List.of("-cp", arguments[0], "-d", file.getParent().toString(), "-Xlint:all,-processing,-classfile");
        good &= compiler.getTask(null, manager, null, options, null, manager.getJavaFileObjects(file)).call();
      }
    }
    System.exit(good ? 0 : 1);
  }
}
